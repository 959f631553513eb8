"""Does a package that the course installs have a known vulnerability? python tasks.py audit

Asked about is all that requirements/ brings to Linux, what its packages need themselves included,
by pip-audit, in PyPI's own list. The exit code is 1 when there is a vulnerability, and NOT_ASKED
when that list does not answer: then nothing is known, neither good nor bad.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import wheels

LISTS = ("learn", "torch", "build", "test", "site", "lite", "tab")
NOT_ASKED = 75  # sysexits.h calls it a temporary failure: try again, or elsewhere


def main():
    pins = wheels.resolved("3.11", "Linux", LISTS)
    found = asked(pins)
    lines, code = verdict(found)
    print("\n".join(lines))
    return code


def asked(pins):
    """What pip-audit says about {package: version}: a list of dictionaries, one per package."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "pins.txt")
        text = "".join(f"{name}=={version}\n" for name, version in pins.items())
        listed.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip"]
        command += ["--progress-spinner", "off", "--format", "json", "-r", str(listed)]
        done = subprocess.run(command, capture_output=True, text=True)
    try:
        return json.loads(done.stdout)["dependencies"]
    except ValueError:  # it ended before it had an answer
        return [{"name": name, "skip_reason": done.stderr.strip()[-300:]} for name in pins]


def verdict(found):
    """(lines that say it, exit code) for what pip-audit found."""
    lines = []
    for package in found:
        for flaw in package.get("vulns", ()):
            fixed = " or ".join(flaw["fix_versions"]) or "no version yet"
            name = f"{package['name']} {package['version']}"
            lines.append(f"{name}: {flaw['id']}, fixed in {fixed}")
    skipped = [package for package in found if "skip_reason" in package]
    looked = len(found) - len(skipped)
    if looked:
        lines.append(f"{looked} packages looked up, {len(lines)} known vulnerabilities.")
    if skipped:
        names = ", ".join(package["name"] for package in skipped[:5])
        more = ", ..." if len(skipped) > 5 else ""
        lines.append(
            f"{len(skipped)} of {len(found)} packages could not be looked up: {names}{more}. "
            f"The first answer was: {skipped[0]['skip_reason']}"
        )
    flawed = any(package.get("vulns") for package in found)
    return lines, 1 if flawed else NOT_ASKED if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
