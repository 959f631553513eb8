"""Is everything there that the course needs? check_setup() says it in plain sentences."""

import re
import sys
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from nnlib import datasets, pretrained

PYTHON = (3, 11)
LABEXTENSIONS = {
    "sliders and buttons": "@jupyter-widgets/jupyterlab-manager",
    "the digit pad": "anywidget",
}


class Finding(NamedTuple):
    """One thing that was looked at; `advice` is empty when all is well."""

    what: str
    answer: str
    advice: str = ""

    def __str__(self):
        return f"{self.what}: {self.answer}" + (f". {self.advice}" if self.advice else "")


def check_setup():
    """Print a line for everything that the course needs, and what to do about what is missing."""
    findings = [python(), *packages(requirements()), mnist(), network(), *widgets()]
    for finding in findings:
        print(finding)
    wrong = sum(bool(finding.advice) for finding in findings)
    if wrong:
        print(f"\n{wrong} of {len(findings)} need your attention: see above what to do.")
    else:
        print("\nEverything is there.")


def python(version=sys.version_info[:3]):
    """Is this Python new enough? version: a tuple of integers."""
    what = f"Python {dotted(PYTHON)} or newer"
    if tuple(version) >= PYTHON:
        return Finding(what, "yes")
    advice = "Install a newer one from python.org, delete the folder .venv, and start again."
    return Finding(what, f"no, it is {dotted(version)}", advice)


def requirements():
    """What the installed nnlib says it needs: "numpy>=2.0" and so on, with the course's extras."""
    return [line.partition(";")[0].strip() for line in metadata.requires("nnlib")]


def packages(requirements):
    """One finding for each requirement of the form "name>=1.2"; ValueError for another form."""
    return [package(requirement) for requirement in requirements]


def package(requirement):
    """Is it installed, and new enough?"""
    if not re.fullmatch(r"[\w.-]+>=\d+(\.\d+)*", requirement):
        raise ValueError(f'package expected a requirement like "numpy>=2.0", got {requirement!r}.')
    name, bound = requirement.split(">=")
    what = f"{name} {bound} or newer"
    advice = f'Run %pip install "{requirement}" in a new cell, then choose Kernel, Restart Kernel.'
    try:
        installed = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(what, "no, it is not installed", advice)
    if numbers(installed) < numbers(bound):
        return Finding(what, f"no, it is {installed}", advice)
    return Finding(what, "yes")


def numbers(version):
    """(2, 13) for "2.13", "2.13.0" and "2.13.0+cpu": zeros at the end do not count."""
    found = [int(n) for n in re.match(r"\d+(\.\d+)*", version)[0].split(".")]
    while found and found[-1] == 0:
        found.pop()
    return tuple(found)


def dotted(version):
    return ".".join(str(n) for n in version)


def mnist():
    """Are the four files there, and unaltered?"""
    what = "MNIST, 70,000 handwritten digits, four files with the right checksums"
    try:
        datasets.mnist()
    except (OSError, ValueError) as error:
        return Finding(what, "no", str(error))
    return Finding(what, "yes")


def network():
    """Can the trained weights be loaded?"""
    what = "the trained network that reads digits"
    try:
        pretrained.mnist_mlp()
    except (OSError, ValueError) as error:
        return Finding(what, "no", str(error))
    return Finding(what, "yes")


def widgets(prefix=sys.prefix):
    """Does JupyterLab find what it needs to show explorers? prefix: the environment's folder."""
    folder = Path(prefix) / "share" / "jupyter" / "labextensions"
    advice = (
        "In a terminal, run pip install --force-reinstall jupyterlab_widgets anywidget, then start "
        "JupyterLab again. (VS Code and Colab bring their own.)"
    )
    return [
        Finding(f"JupyterLab can show {what}", "yes")
        if (folder / name / "package.json").is_file()
        else Finding(f"JupyterLab can show {what}", "no, an extension is missing", advice)
        for what, name in LABEXTENSIONS.items()
    ]
