"""README, guide and CONTRIBUTING say what is true: lessons, links, numbers and every command.

A command in a document is run by a test (RUN says which, and what to find there), or stands in
NOT_RUN with the reason. A command that is in no table fails.
"""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

import tasks
from docs import pictures
from nncourse.authoring.lesson import Lesson, first_line
from tests.nncourse.grading import test_bad_submissions

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "docs/instructors.md", "docs/index.md", "CONTRIBUTING.md")
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
README = TEXTS["README.md"]

BUSY = "run by hand: it takes minutes of a quiet machine"
SELF = "the run of the tests is this command"
NETWORK = "it needs the network"
PERSON = "it changes the environment or the machine of whoever runs it"
GATE = "tests/nncourse/test_exercises_gate.py"
FOLDER = "tests/nncourse/grading/test_folder.py"
RELEASE = "tests/nncourse/test_release.py"
HERE = "tests/test_readme.py"
RUN = {  # command: (file of the test, a text in it that shows that it is run)
    "make lab": ("tests/browser/test_make_lab.py", '"make", "lab"'),
    "make grade FOLDER=submissions": ("tests/test_tasks.py", '"grade", "FOLDER=my submissions"'),
    "make site": ("tests/browser/test_site.py", '"-b", "html"'),
    "make lint": (".ci/run", "make lint"),
    "make exercises": (RELEASE, "main([])"),
    "make lessons": ("tests/test_notebooks.py", "main([str("),
    "make site REPOSITORY=owner/name": ("tests/browser/test_site.py", '"owner/name"'),
    "python -m docs.pictures": (HERE, "pictures.main("),
    "python -m jupyter lab lessons/00_start_here.ipynb": (
        "tests/browser/lab.py",
        '"-m", "jupyterlab"',
    ),
    "python -m nncourse doctor": ("tests/nncourse/test_doctor.py", "main("),
    "python -m nncourse grade submissions": (FOLDER, "command_line.main("),
    "python -m nncourse grade submissions --expect 05,06": (HERE, '"--expect", "05,06"'),
    "python -m nncourse grade submissions --new-seed": (HERE, '"--new-seed"'),
    "python -m nncourse grade submissions --out week5": (HERE, '"--out"'),
    "python -m nncourse grade submissions --seed 7": (HERE, '"--seed", "7"'),
    "python -m nncourse grade submissions --workers 8": (HERE, '"--workers", "8"'),
    "python -m nncourse grade COURSE/submitted": (FOLDER, "test_nbgraders_folders"),
    "python -m nncourse grade submissions --executor dask://HOST:8786": (FOLDER, '"dask://"'),
    "python -m nncourse release": (RELEASE, "main([])"),
    "python -m nncourse release --check": (RELEASE, '"--check"'),
    "python -m nncourse release --new 05": (RELEASE, '"--new"'),
    "python -m nncourse release --run 05": (RELEASE, '"--run"'),
    "python -m nncourse reset": (RELEASE, "test_reset_keeps"),
    "python -m nncourse reset 05": (RELEASE, "test_reset_keeps"),
    "python -m nncourse.authoring.notebooks lessons/06_gradient_descent.ipynb": (
        "tests/test_notebooks.py",
        "main([str(",
    ),
    "python -m bench.chart bench.json docs/static/speed.svg": (
        "bench/test_bench.py",
        "chart",
    ),
}
NOT_RUN = {  # command: why no test runs it
    "make test": SELF,
    'make test ARGS="-x"': SELF,
    "python -m pytest tests/nncourse/grading": SELF,
    "python -m pytest tests/nn -q": SELF,
    "python -m pytest tests/widgets/test_losses.py -q": SELF,
    "python -m pytest tests/nncourse/test_exercises_gate.py -q -k 05": SELF,
    "python -m pytest --nbval lessons/06_gradient_descent.ipynb -q": SELF,
    "make bench": BUSY + "; bench runs its parts",
    "python -m nncourse.authoring.train_mnist": BUSY
    + "; a test holds the weights to their accuracy",
    'make nbgrader ARGS="05"': NETWORK,
    "make audit": NETWORK,
    "make oldest": NETWORK,
    "make oldest ARGS=--newest": NETWORK,
    "python -m pip install distributed": NETWORK,
    "python -m pip install -r requirements.txt": NETWORK + "; make lab does it",
    "py -m venv .venv && .venv\\Scripts\\python -m pip install -r requirements.txt": "Windows",
    ".venv\\Scripts\\jupyter lab lessons\\00_start_here.ipynb": "Windows",
    "sudo apt install bubblewrap": PERSON,
    "dask scheduler": "a test starts a dask cluster inside its own process",
    "dask worker tcp://HOST:8786 --nthreads 1 --nworkers -1": "the same",
    "python -m http.server --bind 127.0.0.1 --directory docs/_build/html": (
        "a test serves the site with the same module of Python"
    ),
    ". .venv/bin/activate": PERSON,
    "pip install pre-commit": NETWORK,
    "pre-commit install": PERSON + "; tests/test_elsewhere.py runs the hooks' commands",
    "nbgrader generate_assignment 05": "make nbgrader runs it in an environment of its own",
    "nbgrader autograde 05": "the same",
    "git diff": PERSON,
}
STARTS = ("make ", "python ", "pip ", "nbgrader ", "dask ", "pre-commit ", "git ", "sudo ", ". ")


def commands(text):
    """Every command of a document: lines of sh and bat blocks, and short code in the text."""
    found = set()
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if language in ("sh", "bat"):
            found |= set(filter(None, map(tidy, block.splitlines())))
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    inline = {tidy(code) for code in re.findall(r"`([^`\n]+)`", prose)}
    return found | {code for code in inline if code.startswith(STARTS)}


def tidy(line):
    return re.sub(r"\s+#.*", "", line).strip()


def test_a_command_is_found_in_a_block_and_in_the_text():
    text = "Run `make lab` or `x`:\n\n```sh\npython a.py   # why\n```\n\n```python\nmake\n```\n"
    assert commands(text) == {"make lab", "python a.py"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_is_run_by_a_test_or_listed_with_a_reason(name):
    assert commands(TEXTS[name]) - RUN.keys() - NOT_RUN.keys() == set()


def test_the_tables_of_commands_hold_nothing_that_no_document_says():
    said = set().union(*map(commands, TEXTS.values()))
    assert (RUN.keys() | NOT_RUN.keys()) - said == set()
    assert RUN.keys() & NOT_RUN.keys() == set()


@pytest.mark.parametrize("command", RUN)
def test_the_test_that_runs_a_command_is_there(command):
    file, evidence = RUN[command]
    found = (ROOT / file).read_text(encoding="utf-8").count(evidence)
    assert found > (file == HERE)  # this table says it too


def test_every_target_of_make_exists():
    targets = set(tasks.TASKS)
    said = {command.split()[1] for command in RUN.keys() | NOT_RUN.keys() if "make " in command}
    assert said <= targets


# -------------------------------------------------------------------------------------- lessons
def rows():
    """(number and title, link, minutes) of the README's table, the part that the site shows too."""
    part = README.split("<!-- lessons -->")[1].split("<!-- end of lessons -->")[0]
    return re.findall(r"^\| \[(.+?)\]\((.+?)\) \| .+\? \| (\d+) \|$", part, re.MULTILINE)


def test_the_table_of_lessons_is_the_lessons_own():
    expected = []
    for path in sorted((ROOT / "lessons").glob("[0-9]*.ipynb")):
        lesson = Lesson(path)
        minutes = re.search(r"\*\*Time:\*\* (\d+) minutes", lesson.notebook.cells[1].source)[1]
        title = first_line(lesson.notebook.cells[0]).removeprefix("# ")
        expected.append((title, f"lessons/{path.name}", minutes))
    assert rows() == expected
    assert len(expected) == 16


# ---------------------------------------------------------------------------------------- links
@pytest.mark.parametrize("name", [*DOCUMENTS, "CHANGELOG.md"])
def test_every_relative_link_leads_to_a_file(name):
    text = re.sub(r"```.*?```", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    broken = [
        target
        for target in targets
        if not re.match(r"https?:|#", target)
        and not ((ROOT / name).parent / unquote(target.split("#")[0])).exists()
    ]
    assert broken == []


def test_every_path_that_is_named_exists():
    named = set()
    for text in TEXTS.values():
        found = re.findall(r"`((?:tests|nnlib|docs|lessons|solutions)/[\w/.-]+)`", text)
        named |= {path for path in found if "NN" not in path}
    made = {"docs/_build/html"}
    assert {path for path in named - made if not (ROOT / path).exists()} == set()


# ------------------------------------------------------------------------- pictures, numbers, code
def test_the_readmes_pictures_exist_and_have_words():
    shown = re.findall(r"!\[(.*?)\]\((.+?)\)", README)
    assert len(shown) == 2
    for words, path in shown:
        assert len(words) > 20
        assert (ROOT / path).stat().st_size < 250_000


def test_the_picture_of_explorers_is_made_by_its_command(tmp_path):
    path = tmp_path / "explorers.png"
    pictures.main(path)
    with Image.open(path) as made, Image.open(pictures.EXPLORERS) as stored:
        assert made.size == stored.size
        colours = np.asarray(made.convert("RGB"))
    assert path.stat().st_size < 250_000
    quarters = [half for part in np.array_split(colours, 2) for half in np.array_split(part, 2, 1)]
    assert all(quarter.std() > 10 for quarter in quarters)  # each of the four shows something


def test_the_readmes_program_learns_xor():
    source = re.search(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)[1]
    names = {}
    exec(compile(source, "README.md", "exec"), names)
    assert names["loss"] < 0.1
    assert ((names["model"](names["x"]) > 0) == np.array(names["y"], bool)).all()


def test_the_number_of_bad_submissions_is_that_of_their_tables():
    tables = test_bad_submissions.TABLE, test_bad_submissions.REJECTED_FILES
    assert re.search(r"\| (\d+), and (\d+) files that are no", README).groups() == tuple(
        str(len(table)) for table in tables
    )


@pytest.mark.parametrize(
    ("lesson", "words"),
    [("12", "between 97.4 and 98.2 %"), ("15", "CNN above 99 %")],
)
def test_the_accuracies_are_checked_by_the_lessons(lesson, words):
    (path,) = (ROOT / "lessons").glob(f"{lesson}_*.ipynb")
    said = [
        line
        for _, cell in Lesson(path).code
        for output in cell.outputs
        for line in output.get("text", "").splitlines()
        if words in line
    ]
    assert said
    assert all("True" in line for line in said)


# ------------------------------------------------------------------------------ grading from make
OPTIONS = (
    *("--expect", "05,06", "--new-seed", "--workers", "8", "--quiet"),
    *("--out", "week5", "--no-sandbox-i-trust-this-code"),
)


def test_the_guides_options_of_grade(tmp_path):
    (tmp_path / "submissions" / "ada").mkdir(parents=True)
    command = [sys.executable, "-m", "nncourse", "grade", "submissions"]

    def grade(*options):
        return subprocess.run(
            [*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )

    done = grade(*OPTIONS)
    assert done.returncode == 0, done.stderr
    assert "lesson 06" in done.stdout  # --expect
    assert (tmp_path / "week5" / "index.html").exists()
    assert "Seed 7." in grade("--seed", "7", *OPTIONS[-3:]).stdout
