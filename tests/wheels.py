"""Is there a wheel of everything, for each Python and each system? python tasks.py wheels

Resolves each list of requirements/ for 5 Pythons and 4 systems, by what PyPI answers, as if it were
installed there; nothing is installed. uv does it: pip's own dry run takes --platform, but reads the
markers of the computer that it runs on. --write stores the answers as docs/computers.md.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "computers.md"
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
SYSTEMS = {
    "Linux": "x86_64-manylinux_2_28",
    "macOS, Apple's processors": "aarch64-apple-darwin",
    "macOS, Intel's": "x86_64-apple-darwin",
    "Windows": "x86_64-pc-windows-msvc",
}
LISTS = {
    "lessons 00 to 12": ("learn",),
    "PyTorch": ("torch",),
    "tests": ("build", "test"),
    "website": ("site",),
}
HEAD = """\
---
orphan: true
---

# Which computers the course installs on

Made by `python tasks.py wheels --write`, which asks PyPI whether every package has a ready-made
wheel, in the version that `requirements/` pins. Macs are taken to have macOS 14 or newer. This says
what can be installed; on Linux with Python 3.11 it was also run.

"""


def resolved(python, system, lists):
    """{package: version} that would be installed; a RuntimeError that names what has no wheel."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet"]
    command += ["--no-header", "--no-annotate", "--only-binary", ":all:"]
    command += ["--python-version", python, "--python-platform", SYSTEMS[system]]
    command += [str(ROOT / "requirements" / f"{name}.txt") for name in lists]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=os.environ | {"MACOSX_DEPLOYMENT_TARGET": "14.0"},
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return dict(line.split("==") for line in done.stdout.split() if "==" in line)


def answer(python, system):
    """A cell of the table, and whether all is there."""
    missing, torch = [], ""
    for name, lists in LISTS.items():
        try:
            found = resolved(python, system, lists)
        except RuntimeError as error:
            missing.append(name)
            print(f"Python {python}, {system}, {name}:\n{error}", file=sys.stderr)
            continue
        if name == "PyTorch":
            torch = f"PyTorch {found['torch']}" if "torch" in found else "no PyTorch"
    if missing:
        return f"**not: {', '.join(missing)}**", False
    return f"all, {torch}", True


def page(answers):
    lines = ["| Python | " + " | ".join(SYSTEMS) + " |", "| --- " * (len(SYSTEMS) + 1) + "|"]
    for python in PYTHONS:
        cells = [answers[python, system] for system in SYSTEMS]
        lines.append(f"| {python} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "PyTorch no longer makes wheels for Intel Macs. The last one, 2.2.2, is for Python 3.11",
        "and 3.12 and does not work with NumPy 2, so lessons 13, 15 and 16 do not run to their end "
        "there.",
    ]
    return HEAD + "\n".join(lines) + "\n"


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python tasks.py wheels", description=__doc__)
    parser.add_argument("--write", action="store_true", help="store the table in docs/computers.md")
    options = parser.parse_args(arguments)
    answers, complete = {}, True
    for python in PYTHONS:
        for system in SYSTEMS:
            answers[python, system], well = answer(python, system)
            complete = complete and well
            print(f"Python {python}, {system}: {answers[python, system]}", flush=True)
    if options.write:
        PAGE.write_text(page(answers), encoding="utf-8")
    return int(not complete)


if __name__ == "__main__":
    sys.exit(main())
