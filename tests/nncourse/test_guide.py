"""The guide for instructors, followed word by word, in a copy of the course."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nncourse import exercises
from nncourse.__main__ import main as nncourse
from nncourse.authoring import release
from nncourse.grading import deadlines, folder, roster, rubric
from nncourse.grading.__main__ import main as grade
from nncourse.grading.book import read_overrides, read_results
from tests.nncourse.grading.helpers import marking_once
from tests.nncourse.grading.needs import needs_bubblewrap

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.timeout(600)


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)[1]


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(text):
    """The lines of all sh blocks, without what stands behind a #."""
    lines = (line for block in blocks(text, "sh") for line in block.splitlines())
    return [command for line in lines if (command := line.partition(" #")[0].strip())]


@pytest.fixture
def copy(tmp_path):
    """A copy of the course, with one lesson and its exercises."""
    for name in ("nncourse", "nnlib", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("browser"))
    for name in ("lessons", "solutions", "exercises"):
        (tmp_path / name).mkdir()
        for path in (ROOT / name).glob("*.ipynb"):
            if name == "lessons" or path.name.startswith(("05_", "06_")):
                shutil.copy(path, tmp_path / name)
    for name in ("pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(command, folder, code=0):
    words = shlex.split(command)
    words = [sys.executable, *words[1:]] if words[0] == "python" else words
    environment = os.environ | {"PYTHONPATH": str(folder), "NNLIB_PROGRESS": "off"}
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=500
    )
    assert done.returncode == code, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout + done.stderr


def test_write_an_exercise_as_it_is_printed(copy):
    text = section("Write an exercise in ten minutes")
    (example,) = blocks(text, "python")
    printed = re.search(r'id="(05\.\d+)"', example)[1]
    free = f"05.{len(exercises.lesson('05').EXERCISES) + 1}"  # others may have written one since
    path = copy / "nncourse" / "exercises" / "lesson_05.py"
    module = path.read_text(encoding="utf-8")
    above, below = module.split("\nEXERCISES = (")
    example = example.replace(printed, free)
    unregistered = f"{above}\n{example}\n\nEXERCISES = ({below}"
    path.write_text(unregistered, encoding="utf-8")
    new, store, gate = commands(text)
    said = run(new, copy, code=1)
    assert "mse_exercise" in said
    assert "is not registered" in said
    body = below.rstrip().removesuffix(")").rstrip()
    path.write_text(f"{above}\n{example}\n\nEXERCISES = ({body}\n    mse_exercise,\n)\n", "utf-8")
    assert "made" in run(new, copy)
    assert "made" in run(store, copy)
    made = next((copy / "exercises").glob("05_*"))
    cells = json.loads(made.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    assert any(
        source.startswith(f"## Exercise {free}: The mean squared error") for source in sources
    )
    assert f'check("{free}", my_mse)' in sources
    assert not any("np.mean((p - y) ** 2)" in source for source in sources)
    assert "passed" in run(f"{gate.rpartition(' ')[0]} {free}", copy)
    assert "up to date" in run("python -m nncourse release --check 05", copy)


def test_hand_out_and_without_the_solutions_a_learner_can_still_begin_anew(
    tmp_path, monkeypatch, capsys
):
    for kind in ("solutions", "exercises"):
        (tmp_path / kind).mkdir()
        shutil.copy(ROOT / kind / "05_loss_functions.ipynb", tmp_path / kind)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    (make, check) = [line for line in commands(section("Hand out")) if "release" in line]
    for line in (make, check):
        assert nncourse([*shlex.split(line)[3:], "05"]) == 0
        assert "05_loss_functions.ipynb: up to date" in capsys.readouterr().out
    shutil.rmtree(tmp_path / "solutions")
    assert nncourse(["reset", "05"]) == 0
    assert "my/exercises/05_loss_functions.ipynb is new" in capsys.readouterr().out
    assert (tmp_path / "my" / "exercises" / "05_loss_functions.ipynb").exists()


def test_every_table_of_the_guide_is_understood(tmp_path):
    tables = [block for block in blocks(GUIDE, "text") if "," in block]
    seen = set()
    for table in tables:
        path = tmp_path / "table.csv"
        path.write_text(table, encoding="utf-8")
        first = table.partition("\n")[0]
        seen.add(first)
        if first.startswith("student,email"):
            assert len(roster.read(path).learners) == table.count("\n") - 1
        elif first.startswith("student,exercise"):
            assert len(read_overrides(path)) == table.count("\n") - 1
        elif first.startswith("lesson,due"):
            made = deadlines.read(path, exercises.lessons(), ["ada", "ben"], [])
            assert len(made.rows) == table.count("\n") - 1
        else:
            assert first.startswith("exercise,criterion")
            assert rubric.read(path, exercises.lessons()).of("05.words") == 3
    assert len(seen) == 4


@needs_bubblewrap
def test_the_commands_for_grading_work_as_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data = (ROOT / "solutions" / "05_loss_functions.ipynb").read_bytes()
    changed = json.loads(data)
    changed["cells"].append({"cell_type": "code", "source": "# mine", "metadata": {}, "id": "x"})
    changed["cells"][-1] |= {"outputs": [], "execution_count": None}
    for name in ("ada", "ben"):
        home = tmp_path / "submissions" / name
        home.mkdir(parents=True)
        (home / "05_loss_functions.ipynb").write_text(json.dumps(changed), encoding="utf-8")
    monkeypatch.setattr(folder, "grade_submission", marking_once())
    wanted = [line for line in commands(GUIDE) if line.startswith("python -m nncourse grade")]
    plain = [line for line in wanted if not re.search("--pattern|--executor|COURSE", line)]
    assert len(plain) > 6
    for line in dict.fromkeys(plain):
        words = [*shlex.split(line)[4:], "--quiet", "--workers", "1", "--executor", "serial"]
        assert grade(words) == 0, line
        assert "2 graded" in capsys.readouterr().out
    points = read_results(tmp_path / "grades" / "results.json")["points"]
    assert points["ada"] == points["ben"]
    assert all(points["ada"].values())
    (pattern,) = [line for line in wanted if "--pattern" in line]
    for name in ("ada", "ben"):
        moved = tmp_path / "submissions" / f"05_loss_functions_{name}.ipynb"
        os.replace(tmp_path / "submissions" / name / "05_loss_functions.ipynb", moved)
        (tmp_path / "submissions" / name).rmdir()
    assert grade([*shlex.split(pattern)[4:], "--quiet", "--executor", "serial"]) == 0
    assert "2 graded" in capsys.readouterr().out
