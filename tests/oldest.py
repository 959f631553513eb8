"""Do the tests pass with the oldest packages that pyproject.toml allows? python -m tests.oldest

An environment of its own, .venv/oldest (or .venv/newest with --newest), gets nnlib with its lower
bounds and the tools of requirements/test.txt, without PyTorch: what compares with PyTorch is left
out, and so is what needs a browser. Installing it the first time needs the network.
"""

import argparse
import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("hypothesis", "nbclient", "nbformat", "psutil", "pytest", "pytest-timeout", "pytest-xdist")
TOOLS += ("nbval", "jupytext", "ruff")  # tests/conftest.py and the tests of notebooks import them
# newer ones warn of how Matplotlib 3.10.0 calls them, and the tests let no warning pass
OF_THEN = ["pyparsing==3.2.0"]
TESTS = (
    *("tests/test_datasets.py", "tests/test_metrics.py", "tests/test_random.py"),
    *("tests/widgets", "tests/nncourse/figures"),
    *(
        "tests/nncourse/test_check.py",
        "tests/nncourse/test_progress.py",
        "tests/nncourse/test_quiz.py",
    ),
    *("tests/nncourse/test_spec.py", "tests/nncourse/test_exercises_gate.py"),
)
GATE = "tests/nncourse/test_exercises_gate.py::test_"
RIGHT = "right_answers_get_all_points_and_are_called_no_misconception"
WITH_TORCH = [  # the answers of lesson 13 that are written in PyTorch
    *(f"--deselect={GATE}{RIGHT}[13.{n}]" for n in (2, 3, 4)),
    f"--deselect={GATE}the_untouched_stub_gets_nothing_and_is_called_not_started[13]",
]


def lower_bounds():
    """["numpy==2.0", ...] of nnlib and of what a learner installs beside it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = project["dependencies"] + project["optional-dependencies"]["course"]
    wanted = [Requirement(text) for text in texts]
    return [f"{r.name}=={next(iter(r.specifier)).version}" for r in wanted]


def newest():
    return [bound.split("==")[0] for bound in lower_bounds()]


def tools():
    lines = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("#")[0].strip() for line in lines]
    return [pin for pin in pins if pin.split("==")[0] in TOOLS]


def environment(name, packages):
    """The interpreter of .venv/NAME, made again when the packages are others than before."""
    folder = Path(sys.prefix) / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done, text = folder / "packages.txt", "\n".join(packages)
    if not done.exists() or done.read_text(encoding="utf-8") != text:
        venv.create(folder, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, *packages, "-e", str(ROOT)], check=True)
        done.write_text(text, encoding="utf-8")
    return python


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tests.oldest", description=__doc__)
    parser.add_argument("--newest", action="store_true", help="the newest packages instead")
    options, rest = parser.parse_known_args(arguments)
    name, packages = (
        ("newest", newest()) if options.newest else ("oldest", lower_bounds() + OF_THEN)
    )
    python = environment(name, packages + tools())
    subprocess.run([python, "-m", "pip", "list", "--disable-pip-version-check"], check=True)
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [python, "-m", "pytest", "-q", *TESTS, *WITH_TORCH, *rest]
    return subprocess.run(command, cwd=ROOT, env=os.environ | threads).returncode


if __name__ == "__main__":
    sys.exit(main())
