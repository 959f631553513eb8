"""Exercises are made from solutions, nothing leaks, mistakes are named, a reset keeps work."""

import ast
import copy
import inspect
import re
import subprocess
import sys
import types

import nbformat
import pytest
from nbformat import v4

import nncourse.__main__ as command
from nncourse import exercises
from nncourse.authoring import release
from nncourse.authoring.lesson import read
from nncourse.authoring.release import ReleaseError, dress, problems, without_solution

MODULE = exercises.lesson("01")
NAME = release.solution_path("01").name


@pytest.fixture
def course(monkeypatch, tmp_path):
    """A course of its own with lesson 01's name and solution; exercises/ is not made yet."""
    for folder in ("lessons", "solutions"):
        (tmp_path / folder).mkdir()
    (tmp_path / "lessons" / NAME).write_text("{}", encoding="utf-8")
    (tmp_path / "solutions" / NAME).write_bytes(release.solution_path("01").read_bytes())
    monkeypatch.setattr(release, "ROOT", tmp_path)
    monkeypatch.setattr(exercises, "lessons", lambda: ("01",))
    return tmp_path


def solution():
    return read(release.solution_path("01"))


def test_a_solution_in_a_function_becomes_nbgraders_stub():
    source = "def f(x):\n    '''Doc.'''\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"
    assert without_solution(source) == (
        "def f(x):\n    '''Doc.'''\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    )


def test_a_value_keeps_its_dots_and_does_not_raise():
    source = "z = ...  # a number\n### BEGIN SOLUTION\nz = 2\n### END SOLUTION"
    assert without_solution(source) == "z = ...  # a number"
    source = "### BEGIN SOLUTION\nz = 2\n### END SOLUTION"
    assert without_solution(source) == "# YOUR CODE HERE\nraise NotImplementedError()"


A, Z = "### BEGIN SOLUTION", "### END SOLUTION"
HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
OUT_OF_PLACE = {
    "the end before the beginning": (f"{Z}\nx = 1\n{A}", "line 1, ### END SOLUTION, has no"),
    "an end too many": (f"{A}\nx = 1\n{Z}\n{Z}", "line 4, ### END SOLUTION, has no"),
    "no end": (f"{A}\nx = 1", "has no ### END SOLUTION below it"),
    "nesting": (f"{A}\n{A}\nx = 1\n{Z}\n{Z}", "line 2, ### BEGIN SOLUTION, stands inside the pair"),
    "hidden in a solution": (
        f"{A}\n{HIDDEN[0]}\n{Z}\n{HIDDEN[1]}",
        "stands inside the pair of line 1",
    ),
    "crossed ends": (f"{A}\nx = 1\n{HIDDEN[1]}", "### END HIDDEN TESTS, ends the ### BEGIN SOL"),
    "a second pair, misspelt": (
        f"{A}\na = 1\n{Z}\n### BEGIN SOLUTON\nb = 2\n### END SOLUTION",
        "line 4",
    ),
    "a slip in the end": (f"{A}\na = 1\n### END SOLUTOIN\nb = 2\n{Z}", "line 3"),
    "small letters": (f"{A}\na = 1\n{Z}\n### begin solution\nb = 2", "line 4"),
    "two signs": (f"## BEGIN SOLUTION\na = 1\n{Z}", "line 1"),
    "no space": (f"###BEGIN SOLUTION\na = 1\n{Z}", "line 1"),
    "underscore": (f"### BEGIN_SOLUTION\na = 1\n{Z}", "line 1"),
    "plural": (f"### BEGIN SOLUTIONS\na = 1\n{Z}", "line 1"),
    "swapped letters": (f"### BEGIN SLOUTION\na = 1\n{Z}", "line 1"),
    "BEGNI": (f"### BEGNI SOLUTION\na = 1\n{Z}", "line 1"),
    "after code": (f"{A}\na = 1  ### END SOLUTION\n{Z}", "line 2"),
    "a word behind": (f"{A} here\na = 1\n{Z}", "line 1"),
    "hidden tests, misspelt": ("### BEGIN HIDEN TESTS\na = 1\n### END HIDDEN TESTS", "line 1"),
    "a colon": (f"{A}:\na = 1\n{Z}", "line 1"),
}


@pytest.mark.parametrize("name", OUT_OF_PLACE)
def test_a_marker_out_of_place_is_refused_by_name_and_nothing_gets_out(course, name, capsys):
    source, words = OUT_OF_PLACE[name]
    with pytest.raises(ReleaseError, match=re.escape(words)):
        without_solution(source)
    path = course / "solutions" / NAME
    notebook = solution()
    cell = next(cell for cell in notebook.cells if cell.id == "answer-01-2")
    cell.source = f"{cell.source}\n{source}"
    path.write_text(v4.writes(notebook), encoding="utf-8")
    for arguments in (["01"], ["--check", "01"], ["--run", "01"]):
        assert release.main(arguments) == 1
        said = capsys.readouterr()
        assert f"solutions/{NAME}: cell " in said.err
        assert "up to date" not in said.out
    assert not (course / "exercises").exists()


@pytest.mark.parametrize(
    "source",
    [
        "# at the end, the solution of the equation\nx = 1",
        "# begin with the weights, then solve\nx = 1",
        'text = "the end"  # a solution follows',
        "# tests end here",
        f"{A}\nx = 1\n{Z}\n{A}\ny = 2\n{Z}",
        f"{HIDDEN[0]}\nassert x\n{HIDDEN[1]}\n{A}\ny = 2\n{Z}",
    ],
)
def test_what_is_no_slip_is_let_through(source):
    assert release.marked(source)


def test_hidden_tests_do_not_get_out():
    notebook = solution()
    cell = next(cell for cell in notebook.cells if cell.id == "check-01-1")
    cell.source += "\n### BEGIN HIDDEN TESTS\nassert z_on_paper == 2\n### END HIDDEN TESTS"
    released = release.release(notebook)
    cell = next(cell for cell in released.cells if cell.id == "check-01-1")
    assert cell.source == 'check("01.1", z_on_paper)'


def test_release_changes_a_copy_and_is_the_same_each_time():
    notebook = solution()
    before = nbformat.writes(notebook)
    first, second = (nbformat.writes(release.release(notebook)) for _ in range(2))
    assert first == second
    assert nbformat.writes(notebook) == before


def test_dressing_twice_changes_nothing():
    notebook = solution()
    once = nbformat.writes(dress(notebook, MODULE, NAME))
    assert nbformat.writes(dress(notebook, MODULE, NAME)) == once


def test_dress_takes_points_and_titles_from_the_specification():
    notebook = solution()
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)
        cell.id = f"random-{cell.id}"
        if cell.source.startswith("## Exercise 01.2"):
            cell.source = "## Exercise 01.2 Old title\n\n**99 points** · forever\n\nText stays."
    dress(notebook, MODULE, NAME)
    cells = {cell.id: cell for cell in notebook.cells}
    assert cells["check-01-2"].metadata.nbgrader == {
        "grade": True,
        "grade_id": "check-01-2",
        "locked": True,
        "points": 2,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    assert cells["answer-01-2"].metadata.nbgrader.solution
    assert cells["task-01-2"].source == (
        "## Exercise 01.2: The weighted sum\n\n"
        '**2 points** · about 5 minutes · easy · hints: `hint("01.2")` · '
        f"[answer](../solutions/{NAME})\n\nText stays."
    )


def without(role):
    def change(notebook):
        notebook.cells = [cell for cell in notebook.cells if cell.id != role]

    return change


def twice(role):
    def change(notebook):
        place = next(n for n, cell in enumerate(notebook.cells) if cell.id == role)
        notebook.cells.insert(place, copy.deepcopy(notebook.cells[place]))

    return change


def edit(role, old, new):
    def change(notebook):
        cell = next(cell for cell in notebook.cells if cell.id == role)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def task_last(notebook):
    place = next(n for n, cell in enumerate(notebook.cells) if cell.id == "task-01-1")
    notebook.cells.append(notebook.cells.pop(place))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("task-01-2"), "01.2 has no task cell"),
        (without("answer-01-2"), "01.2 has no answer cell"),
        (without("check-01-4"), "01.4 has no check cell"),
        (twice("check-01-2"), "01.2 has two check cells"),
        (twice("answer-01-2"), "01.2 has two answer cells"),
        (task_last, "do not come in the order"),
        (edit("check-01-2", "weighted_sum", "my_sum"), "checks my_sum, the specification says"),
        (edit("check-01-2", "01.2", "01.77"), "01.77 is in the notebook and not in the spec"),
        (
            edit("answer-01-2", "### END SOLUTION", ""),
            "### BEGIN SOLUTION, has no ### END SOLUTION",
        ),
    ],
)
def test_a_mistake_in_a_solution_is_named(change, words):
    notebook = solution()
    assert problems(notebook, MODULE) == []
    change(notebook)
    assert words in "; ".join(problems(notebook, MODULE))
    with pytest.raises(ReleaseError, match=NAME):
        dress(notebook, MODULE, NAME)


def test_release_makes_checks_and_notices_an_edit(course, capsys):
    assert release.main(["--check"]) == 1
    assert f"exercises/{NAME}: NOT up to date" in capsys.readouterr().out
    assert not (course / "exercises").exists()
    assert release.main([]) == 0
    made = course / "exercises" / NAME
    real = release.Path(release.__file__).parents[2] / "exercises" / NAME
    assert made.read_bytes() == real.read_bytes()
    assert release.main(["--check"]) == 0
    made.write_text(made.read_text(encoding="utf-8").replace("paper", "papyrus"), encoding="utf-8")
    assert release.main(["--check"]) == 1
    assert release.main(["01"]) == 0
    assert made.read_bytes() == real.read_bytes()


def test_an_undressed_solution_is_not_released(course, capsys):
    path = course / "solutions" / NAME
    path.write_text(
        path.read_text(encoding="utf-8").replace("about 5 minutes", "about 6 minutes"),
        encoding="utf-8",
    )
    assert release.main([]) == 1
    assert f"solutions/{NAME} is not dressed: release --run 01" in capsys.readouterr().err


def test_unknown_lessons_and_missing_solutions_are_named(course, capsys):
    assert release.main(["77"]) == 1
    assert "There is no solutions/77_*.ipynb" in capsys.readouterr().err
    (course / "solutions" / NAME).unlink()
    assert release.main(["01"]) == 1
    assert "release --new 01" in capsys.readouterr().err


def test_the_bones_of_a_solution_can_be_released_and_hold_the_references(course):
    (course / "solutions" / NAME).unlink()
    assert release.main(["--new", "01"]) == 0
    notebook = read(course / "solutions" / NAME)
    assert problems(notebook, MODULE) == []
    assert release.main([]) == 0
    cells = {cell.id: cell.source for cell in notebook.cells}
    assert cells["answer-01-2"] == (
        "def weighted_sum(x, w, b):\n    ### BEGIN SOLUTION\n"
        "    # @ multiplies each input by its own weight and adds the products up\n"
        "    return w @ x + b\n"
        "    ### END SOLUTION"
    )
    assert cells["answer-01-3"].count("### BEGIN SOLUTION") == 2
    names = {}
    exec("import numpy as np", names)
    for one in MODULE.EXERCISES:
        exec(cells[f"answer-{one.id.replace('.', '-')}"], names)
        cases = one.cases(0)
        results = one.results(names[one.name], cases)
        assert exercises.verdict(one, cases, results).right
    assert release.main(["--new", "01"]) == 1  # it is there already, and stays


def test_the_bones_of_one_exercise_are_added_where_it_belongs(course, capsys):
    path = course / "solutions" / NAME
    notebook = solution()
    before = [cell.id for cell in notebook.cells]
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith("01-3")]
    path.write_text(v4.writes(notebook), encoding="utf-8")
    assert release.main(["01"]) == 1
    assert "01.3 has no task cell" in capsys.readouterr().err
    assert release.main(["--new", "01"]) == 0
    made = read(path)
    assert problems(made, MODULE) == []
    assert [cell.id for cell in made.cells if not cell.id.startswith("cell-")] == [
        id for id in before if not id.startswith("cell-")
    ]
    assert release.main(["--new", "01"]) == 1
    assert "with every exercise" in capsys.readouterr().err


def test_an_exercise_that_is_not_registered_is_named(monkeypatch):
    monkeypatch.setattr(MODULE, "EXERCISES", MODULE.EXERCISES[:-1])
    exercises.lesson.cache_clear()
    try:
        with pytest.raises(ValueError, match="is not registered: add it to EXERCISES"):
            exercises.lesson("01")
    finally:
        monkeypatch.undo()
        exercises.lesson.cache_clear()


def test_run_stores_outputs_and_refuses_a_wrong_answer(course, capsys):
    path = course / "solutions" / NAME
    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    path.write_text(v4.writes(notebook), encoding="utf-8")
    assert release.main(["--run", "01"]) == 0
    assert read(path) == solution()
    path.write_text(
        path.read_text(encoding="utf-8").replace("[1.0, 1.0, 1.0, -1.5]", "[1.0, 1.0, 1.0, -0.5]"),
        encoding="utf-8",
    )
    assert release.main(["--run", "01"]) == 1
    assert "the check of 01.4 is not right" in capsys.readouterr().err


def test_reset_keeps_a_dated_copy_of_the_learners_notebook(course):
    release.main([])
    path = course / "exercises" / NAME
    fresh = path.read_bytes()
    assert "as new already" in release.reset("01")
    path.write_text("my work, half done", encoding="utf-8")
    sentence = release.reset("01")
    assert path.read_bytes() == fresh
    (kept,) = (course / "exercises" / "kept").iterdir()
    assert kept.read_text(encoding="utf-8") == "my work, half done"
    assert kept.name in sentence
    assert "Reload Notebook" in sentence
    path.write_text("more work", encoding="utf-8")
    release.reset("01")
    path.write_text("and more in the same second", encoding="utf-8")
    release.reset("01")
    kept = sorted(
        file.read_text(encoding="utf-8") for file in (course / "exercises" / "kept").iterdir()
    )
    assert kept == ["and more in the same second", "more work", "my work, half done"]


def test_reset_of_a_deleted_notebook_and_of_an_unknown_lesson(course, capsys):
    assert release.reset_command(["01"]) == 0
    assert (course / "exercises" / NAME).exists()
    assert not (course / "exercises" / "kept").exists()
    assert release.reset_command(["55"]) == 1
    assert "There are no exercises '55'; there are 01" in capsys.readouterr().err


def test_the_command_line_names_its_commands(capsys):
    assert command.main([]) == 0
    usage = capsys.readouterr().out
    for name in command.COMMANDS:
        assert f"  {name} " in usage
    assert command.main(["nonsense"]) == 2
    assert "There is no command 'nonsense'" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(command.COMMANDS))
def test_every_command_says_what_it_does(name, capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main([name, "--help"])
    assert stopped.value.code == 0
    assert f"python -m nncourse {name}" in capsys.readouterr().out


def test_the_usage_needs_no_heavy_import():
    heavy = ["matplotlib", "ipywidgets", "nbclient", "torch"]
    code = (
        "import sys, nncourse.__main__ as m; m.main([]);"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.endswith("[]\n"), done.stderr


def test_a_solution_that_is_the_reference_is_written_by_release():
    """Changing one of the two means changing both: an exercise without shown=True differs."""
    shown = 0
    for number in exercises.lessons():
        module, notebook = exercises.lesson(number), read(release.solution_path(number))
        by_id = {one.id: one for one in module.EXERCISES}
        for cell, kind in zip(notebook.cells, release.cell_kinds(notebook), strict=True):
            if not kind or kind[0] != "answer":
                continue
            exercise = by_id[kind[1]]
            if cell.source.count(release.BEGIN) != 1 and not inspect.isclass(exercise.reference):
                continue
            try:
                written = release.with_reference(cell.source, exercise)
                same = ast.dump(ast.parse(written)) == ast.dump(ast.parse(cell.source))
            except (StopIteration, SyntaxError, TypeError):  # code that is built
                continue
            says = (
                "is the reference: say shown=True" if same else "has shown=True and another answer"
            )
            assert same == exercise.shown, f"The solution of {exercise.id} {says}."
            shown += exercise.shown
    assert shown > 30


def test_the_reference_comes_into_the_notebook_with_its_comments():
    def two(x):
        """Not this."""
        # but this
        return 2 * x

    exercise = types.SimpleNamespace(reference=two, is_value=False, name="mine")
    source = "def mine(x):\n    ### BEGIN SOLUTION\n    return 0\n    ### END SOLUTION\nprint(1)"
    assert release.with_reference(source, exercise) == (
        "def mine(x):\n    ### BEGIN SOLUTION\n    # but this\n    return 2 * x\n"
        "    ### END SOLUTION\nprint(1)"
    )

    class Bag:
        def __init__(self, things):
            self.things = things

        def size(self):
            return len(self.things)

    bag = types.SimpleNamespace(reference=Bag, is_value=False, name="MyBag")
    assert release.with_reference("class MyBag:\n    ...", bag) == (
        "class MyBag:\n    def __init__(self, things):\n        ### BEGIN SOLUTION\n"
        "        self.things = things\n        ### END SOLUTION\n\n    def size(self):\n"
        "        ### BEGIN SOLUTION\n        return len(self.things)\n        ### END SOLUTION"
    )

    def three():
        half = 1.5
        return 2 * half

    value = types.SimpleNamespace(reference=three, is_value=True, name="mine")
    source = "mine = ...\n### BEGIN SOLUTION\n### END SOLUTION"
    assert release.with_reference(source, value) == (
        "mine = ...\n### BEGIN SOLUTION\nhalf = 1.5\nmine = 2 * half\n### END SOLUTION"
    )
