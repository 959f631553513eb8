"""python -m tests.secret_scan: no password, key or token is in the repository. Part of make lint.

It looks with the detectors of detect-secrets, and asks no network whether a key is valid. A line
that only looks like a secret ends with the comment "pragma: allowlist secret".
"""

import re
import sys
import tempfile
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.settings import transient_settings

from tests.test_repository import ROOT, TEXTS

PICTURE = re.compile(r'("image/png": )"[^"]*"')  # of a notebook: long, and only a picture


LEFT_OUT = {  # with what they find here
    "Base64HighEntropyString": "pictures in notebooks",
    "HexHighEntropyString": "checksums",
    "IPPublicDetector": "versions like 3.2.2.1, and an address is no secret",
}


def detectors():
    names = {plugin.__name__ for plugin in get_mapping_from_secret_type_to_class().values()}
    return sorted(names - LEFT_OUT.keys())


def secrets(paths, root=ROOT):
    """[(file, line, kind)] of all that looks like a secret in these text files below root."""
    settings = {
        "plugins_used": [{"name": name} for name in detectors()],
        "filters_used": [{"path": "detect_secrets.filters.allowlist.is_line_allowlisted"}],
    }
    found = []
    with tempfile.TemporaryDirectory() as folder, transient_settings(settings):
        for path in paths:
            copy = Path(folder) / path.name  # of the same suffix: it decides how a file is read
            copy.write_text(PICTURE.sub(r'\1""', path.read_text(encoding="utf-8")), "utf-8")
            collection = SecretsCollection()
            collection.scan_file(str(copy))
            name = path.relative_to(root).as_posix()
            found += [(name, secret.line_number, secret.type) for _, secret in collection]
    return sorted(found)


def main():
    found = secrets(TEXTS)
    for name, line, kind in found:
        print(f"{name}:{line}: this looks like a secret ({kind})", file=sys.stderr)
    if found:
        print(
            "Take it out of the file and of git's history, and make it invalid where it is used.",
            file=sys.stderr,
        )
    else:
        print(f"No secrets in {len(TEXTS)} files.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
