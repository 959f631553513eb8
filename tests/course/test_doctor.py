"""The set-up check: what it says when all is well, and about each thing that can be missing."""

import re
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from nnlib import pretrained
from nnlib.course import doctor

ROOT = Path(__file__).resolve().parents[2]
mnist_files = sys.modules["nnlib.datasets.mnist"]


def test_all_is_well_here_and_the_text_names_no_version_or_folder_of_this_machine(capsys):
    doctor.check_setup()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Python 3.11 or newer: yes"
    assert "numpy 2.0 or newer: yes" in lines
    assert "torch 2.4 or newer: yes" in lines
    assert lines[-1] == "Everything is there."
    assert all(line.endswith(": yes") for line in lines[:-2])
    assert sys.prefix not in "".join(lines)


def test_every_requirement_of_pyproject_is_looked_at():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["course"]
    assert sorted(doctor.requirements()) == sorted(declared)


def test_a_missing_package_is_named_with_the_line_that_installs_it():
    finding = doctor.package("no-such-package>=1.2")
    assert finding.answer == "no, it is not installed"
    assert '%pip install "no-such-package>=1.2"' in finding.advice
    assert "Restart" in finding.advice


def test_a_package_that_is_too_old_is_named_with_its_version():
    finding = doctor.package("numpy>=99.1")
    assert re.fullmatch(r"no, it is \d+\.\d+\.\d+.*", finding.answer)
    assert finding.what == "numpy 99.1 or newer"
    assert "numpy>=99.1" in finding.advice


@pytest.mark.parametrize(
    ("installed", "bound", "enough"),
    [
        ("2.10.0", "2.9", True),  # as text it would be the other way round
        ("2.4", "2.4.0", True),
        ("2.13.0+cpu", "2.13", True),
        ("4.6.0rc1", "4.6", True),
        ("1.26.4", "2.0", False),
        ("2.3.9", "2.4", False),
    ],
)
def test_versions_are_compared_number_by_number(installed, bound, enough):
    assert (doctor.numbers(installed) >= doctor.numbers(bound)) is enough


@pytest.mark.parametrize("requirement", ["numpy", "numpy==2.0", "numpy>=2.0,<3"])
def test_a_requirement_of_another_form_is_refused(requirement):
    with pytest.raises(ValueError, match="expected a requirement like"):
        doctor.package(requirement)


def test_python_too_old():
    assert doctor.python((3, 11, 0)).advice == ""
    finding = doctor.python((3, 10, 14))
    assert str(finding).startswith("Python 3.11 or newer: no, it is 3.10.14. Install a newer one")


@pytest.fixture
def mnist_copy(tmp_path, monkeypatch):
    for name in mnist_files.SHA256:
        shutil.copy(mnist_files.FILES / f"{name}.gz", tmp_path)
    monkeypatch.setattr(mnist_files, "FILES", tmp_path)
    return tmp_path


def test_a_damaged_mnist_file_is_named_with_how_to_restore_it(mnist_copy):
    assert str(doctor.mnist()).endswith(": yes")
    file = mnist_copy / "t10k-labels-idx1-ubyte.gz"
    packed = bytearray(file.read_bytes())
    packed[1000] ^= 1
    file.write_bytes(packed)
    finding = doctor.mnist()
    assert finding.answer == "no"
    assert "t10k-labels-idx1-ubyte.gz" in finding.advice
    assert "git checkout" in finding.advice


def test_a_missing_mnist_file(mnist_copy, capsys):
    (mnist_copy / "train-images-idx3-ubyte.gz").unlink()
    doctor.check_setup()
    out = capsys.readouterr().out
    assert "train-images-idx3-ubyte.gz is missing" in out
    assert re.search(r"\n1 of \d+ need your attention", out)
    assert "Everything is there" not in out


def test_missing_weights(tmp_path, monkeypatch):
    assert doctor.network().advice == ""
    monkeypatch.setattr(pretrained, "WEIGHTS", tmp_path)
    finding = doctor.network()
    assert finding.answer == "no"
    assert "mnist_mlp.npz" in finding.advice


def test_missing_widget_extension(tmp_path):
    extension = tmp_path / "share/jupyter/labextensions/anywidget"
    extension.mkdir(parents=True)
    (extension / "package.json").write_text("{}")
    sliders, pad = doctor.widgets(tmp_path)
    assert sliders.answer == "no, an extension is missing"
    assert "jupyterlab_widgets" in sliders.advice
    assert str(pad) == "JupyterLab can show the digit pad: yes"
