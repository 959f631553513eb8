"""The wheel: what is in it, and that it works from any folder without the course around it."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import nnlib
from nncourse.preflight import NAME
from nnlib.datasets.mnist import SHA256

ROOT = Path(__file__).parents[1]
PACKAGES = ("nnlib", "nncourse")
FILE = NAME.replace("-", "_")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Made from a copy of what git holds, so that nothing is built into the course's folder."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    left_out = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=left_out)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation"]
    command += ["--no-index", "--disable-pip-version-check", "-q", "-w", str(out)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    (path,) = out.iterdir()
    return path


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def inside(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_its_name_says_that_it_runs_everywhere(wheel):
    assert wheel.name == f"{FILE}-{nnlib.__version__}-py3-none-any.whl"


def test_every_file_of_nnlib_is_in_it(unpacked):
    skipped = {"__pycache__", ".ipynb_checkpoints"}
    for package in PACKAGES:
        here = {name for name in inside(ROOT / package) if not skipped & set(Path(name).parts)}
        assert inside(unpacked / package) == here
    here = inside(unpacked / "nnlib")
    assert {f"datasets/files/{name}.gz" for name in SHA256} <= here
    assert {"weights/mnist_mlp.npz", "widgets/pad.js", "widgets/base/kit/kit.css"} <= here


def test_nothing_else_is_in_it(unpacked):
    tops = {name.split("/")[0] for name in inside(unpacked)}
    assert tops == {*PACKAGES, f"{FILE}-{nnlib.__version__}.dist-info"}
    (licence,) = unpacked.glob("*.dist-info/licenses/LICENSE")
    assert licence.read_bytes() == (ROOT / "LICENSE").read_bytes()


def run(unpacked, folder, *command):
    """Run Python elsewhere, with the unpacked wheel and the packages here, not the checkout.

    PYTHONPATH comes before what an editable install adds.
    """
    environment = os.environ | {"PYTHONPATH": str(unpacked), "NNLIB_PROGRESS": ""}
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
    )


def test_the_doctor_finds_everything_from_any_folder(unpacked, tmp_path):
    done = run(unpacked, tmp_path, "-m", "nncourse", "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "with the right checksums: yes" in done.stdout
    assert "the trained network that reads digits: yes" in done.stdout
    assert "room on the disk" in done.stdout
    assert "notebooks in lessons/" not in done.stdout  # an installed nnlib has none
    assert re.search(r"^numpy 2\.0 or newer: yes", done.stdout, re.MULTILINE)


# lesson 12's network and training, on a slice, and an explorer with its scripts
USE = """
import nnlib
from nnlib import datasets, nn, optim, pretrained
from nnlib.data import ArrayDataset, DataLoader, to_float
from nnlib.training import evaluate, fit
from nnlib.widgets import digit_pad

nnlib.manual_seed(0)
(x, y), (test_x, test_y) = datasets.mnist()
train_set = ArrayDataset(x[:3000], y[:3000], to_float)
test_set = ArrayDataset(test_x[:1000], test_y[:1000], to_float)
model, loss_fn = pretrained.mnist_network(), nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=1e-3)
loader = DataLoader(train_set, batch_size=64, shuffle=True)
fit(model, loss_fn, optimizer, loader, max_epochs=2, progress=False)
digit_pad()
print(nnlib.__file__, evaluate(model, loss_fn, test_set)[1])
"""


def test_it_trains_the_network_of_lesson_12_and_shows_an_explorer_from_any_folder(
    unpacked, tmp_path
):
    done = run(unpacked, tmp_path, "-c", USE)
    assert done.returncode == 0, done.stderr
    where, accuracy = done.stdout.split()
    assert Path(where).is_relative_to(unpacked)
    assert float(accuracy) > 0.8
