"""What make lite puts into the browser's site; tests/tab tries the site itself in Chromium."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from lite.__main__ import DATA_NAME, ROOT, course_wheels, digest, for_a_tab
from nncourse.preflight import NAME
from nnlib.datasets.mnist import SHA256

NOTEBOOKS = sorted([*ROOT.glob("lessons/[0-9]*.ipynb"), *ROOT.glob("exercises/[0-9]*.ipynb")])


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    return [zipfile.ZipFile(path) for path in course_wheels(tmp_path_factory.mktemp("wheels"))]


def test_the_code_is_one_wheel_and_mnist_another(wheels):
    code, data = wheels
    assert sum(entry.compress_size for entry in code.infolist()) < 2_000_000
    files = {
        path.relative_to(ROOT).as_posix()
        for package in ("nnlib", "nncourse")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
    }
    mnist = {f"nnlib/datasets/files/{name}.gz" for name in SHA256}
    assert contents(data) == mnist
    assert contents(code) == files - mnist
    assert Path(code.filename).name.startswith(f"{NAME.replace('-', '_')}-")
    assert Path(data.filename).name.startswith(f"{DATA_NAME.replace('-', '_')}-")


def contents(wheel):
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_a_wheel_records_each_of_its_files(wheels):
    for wheel in wheels:
        (record,) = [name for name in wheel.namelist() if name.endswith("/RECORD")]
        lines = dict(
            line.split(",", 1) for line in wheel.read(record).decode().strip().splitlines()
        )
        assert set(lines) == set(wheel.namelist())
        for name in set(lines) - {record}:
            content = wheel.read(name)
            assert lines[name] == f"{digest(content)},{len(content)}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.name[:2]}")
def test_a_notebook_begins_with_what_makes_it_ready(path):
    stored = json.loads(path.read_text(encoding="utf-8"))
    notebook = for_a_tab(json.loads(path.read_text(encoding="utf-8")), int(path.name[:2]))
    title, note, install, *rest = notebook["cells"]
    assert title["source"].startswith("# ")
    assert "File, Download" in note["source"]
    assert install["source"].split()[:4] == ["%pip", "install", "-q", NAME]
    assert [cell["id"] for cell in rest] == [cell["id"] for cell in stored["cells"][1:]]
    code = "\n".join(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    uses_torch = re.search(r"^(import|from) torch", code, re.MULTILINE) is not None
    assert ("PyTorch does not run in a browser" in note["source"]) == uses_torch
    if re.search(r"datasets\.mnist\(|digit_pad\(|explore_digits\(", code):
        assert install["source"].endswith(DATA_NAME)
    for cell in notebook["cells"]:
        assert isinstance(cell["source"], str)
        for output in cell.get("outputs", []):
            texts = [output.get("text", ""), *output.get("data", {}).values()]
            assert not [text for text in texts if isinstance(text, list)]


def test_lessons_that_need_no_images_do_not_fetch_them():
    without = 0
    for path in NOTEBOOKS:
        notebook = for_a_tab(json.loads(path.read_text(encoding="utf-8")), int(path.name[:2]))
        without += DATA_NAME not in notebook["cells"][2]["source"]
    assert without > len(NOTEBOOKS) / 2
