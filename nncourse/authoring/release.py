"""solutions/NN_*.ipynb, the source that people write, and exercises/NN_*.ipynb, made from it.

    python -m nncourse release --new 05   the bones of what solutions/05_*.ipynb does not have yet
    python -m nncourse release --run 05   dress and run the solution, store it, make the exercises
    python -m nncourse release            make every exercises/NN_*.ipynb again
    python -m nncourse release --check    change nothing; say what is not up to date

A solution is written without metadata. Three kinds of cells are known by what is in them:
    task     Markdown with "## Exercise 05.2: ..."    title, points and minutes come from the spec
    answer   code with ### BEGIN SOLUTION and ### END SOLUTION, indented as the code between them
    check    code that is check("05.2", name) alone
dress() gives them nbgrader's metadata, so that nbgrader can use a solution as it is. Where an
exercise says shown=True, it writes the reference between the markers: it is not written twice.
"""

import argparse
import ast
import copy
import difflib
import inspect
import re
import sys
import textwrap
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import v4

from nncourse import exercises, files
from nncourse.authoring.lesson import read
from nncourse.authoring.notebooks import NotebookError, normalise, run, store
from nncourse.learner import my

ROOT = Path(__file__).resolve().parents[2]
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")  # nbgrader's own
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
PAIRS = {  # nbgrader's markers: what stands between is not handed out
    BEGIN: END,
    "### BEGIN HIDDEN TESTS": "### END HIDDEN TESTS",
    "### BEGIN MARK SCHEME": "### END MARK SCHEME",
}
NEARLY = re.compile(  # a comment with one of the words, and half of another
    r"#.*\b(?:BEG\w{0,3}|EN?D|END\w|B?EGIN)\b[ _-]*\w*(?:SOL|HIDD|MARK ?SCH|SLO|TESTS?\b)"
    r"|#\s*(?:BEG\w*|END)[ _-]*(?:OF[ _-]*)?(?:SOL|SLO|HID)\w*",
    re.IGNORECASE,
)
TASK = re.compile(r"^## Exercise (\d\d\.\d+)\b.*$", re.MULTILINE)
CHECK = re.compile(r'check\("(\d\d\.\d+)", (\w+)\)')
TITLE = re.compile(r"^# .*$", re.MULTILINE)
FACTS = re.compile(r"^\*\*\d+ points?\*\* · .*$", re.MULTILINE)

HOW_TO = """\
Each exercise has a cell for your answer, and below it a cell that checks it. Write your answer in
place of `raise NotImplementedError()` or of the dots, run the cell (Shift and Enter), then run the
check. It says what is right, and if something is not, which mistake it looks like. Try as often as
you like.

Stuck? `hint("{id}")` in a cell of its own gives a hint; run it again for the next one.
`check("{id}", {name}, traceback=True)` shows Python's own error message. Your points are kept:
`progress()` shows the map."""

SETUP = """\
import numpy as np

from nncourse import check, hint, progress"""


class ReleaseError(Exception):
    """A solution that cannot be released; the message names the file, and what to fix."""


def solution_path(number):
    """solutions/05_loss_functions.ipynb, named as the lesson is; ReleaseError if there is none."""
    for folder in ("solutions", "lessons"):
        found = sorted((ROOT / folder).glob(f"{number}_*.ipynb"))
        if found:
            return ROOT / "solutions" / found[0].name
    raise ReleaseError(f"There is no solutions/{number}_*.ipynb, and no such lesson.")


def cell_kinds(notebook):
    """For each cell ("task" | "answer" | "check", id), or None; an answer has its check's id."""
    kinds = []
    for cell in notebook.cells:
        task = TASK.search(cell.source)
        check = CHECK.fullmatch(cell.source.strip())
        if cell.cell_type == "markdown" and task:
            kinds.append(("task", task[1]))
        elif cell.cell_type == "code" and check:
            kinds.append(("check", check[1]))
        elif cell.cell_type == "code" and BEGIN in cell.source:
            kinds.append(("answer", None))
        else:
            kinds.append(None)
    following = None
    for place in reversed(range(len(kinds))):
        if kinds[place] and kinds[place][0] == "check":
            following = kinds[place][1]
        elif kinds[place] == ("answer", None):
            kinds[place] = ("answer", following)
    return kinds


def problems(notebook, module):
    """What keeps a solution from being released: sentences, none when all is well."""
    kinds = [kind for kind in cell_kinds(notebook) if kind]
    wanted = [
        (role, exercise.id) for exercise in module.EXERCISES for role in ("task", "answer", "check")
    ]
    found = []
    found += [f"{id} has no {role} cell" for role, id in wanted if (role, id) not in kinds]
    found += [f"the {role} cell of {id} has no exercise" for role, id in kinds if id is None]
    found += [
        f"{id} is in the notebook and not in the specification"
        for _, id in dict.fromkeys(kinds)
        if id is not None and id not in [exercise.id for exercise in module.EXERCISES]
    ]
    found += [
        f"{id} has two {role} cells"
        for role, id in dict.fromkeys(kinds)
        if kinds.count((role, id)) > 1
    ]
    if not found and kinds != wanted:
        found.append("the cells do not come in the order task, answer, check of each exercise")
    names = {exercise.id: exercise.name for exercise in module.EXERCISES}
    for number, cell in enumerate(notebook.cells, start=1):
        check = CHECK.fullmatch(cell.source.strip())
        if cell.cell_type == "code" and check and names.get(check[1], check[2]) != check[2]:
            found.append(
                f"cell {number} checks {check[2]}, the specification says {names[check[1]]}"
            )
        try:
            marked(cell.source if cell.cell_type == "code" else "")
        except ReleaseError as error:
            found.append(f"cell {number}: {error}")
    return found


def dress(notebook, module, name):
    """Title, facts and nbgrader's metadata from the specification, in place; ids by role.

    name is the file's. Dressing twice changes nothing. Raises ReleaseError when problems() has any.
    """
    found = problems(notebook, module)
    if found:
        raise ReleaseError(f"solutions/{name}: " + "; ".join(found) + ".")
    by_id = {exercise.id: exercise for exercise in module.EXERCISES}
    for number, (cell, kind) in enumerate(
        zip(notebook.cells, cell_kinds(notebook), strict=True), start=1
    ):
        role, id = kind or (None, None)
        cell.id = f"{role}-{id.replace('.', '-')}" if role else f"cell-{number:02}"
        cell.metadata.pop("nbgrader", None)
        if number == 1:
            cell.source = with_facts(cell.source, TITLE, title(module), total(module))
        if role == "task":
            heading = f"## Exercise {id}: {by_id[id].title}"
            cell.source = with_facts(cell.source, TASK, heading, facts(by_id[id], name))
        elif role == "answer":
            cell.metadata["nbgrader"] = metadata(cell.id, solution=True)
            if by_id[id].shown:
                cell.source = with_reference(cell.source, by_id[id])
        elif role == "check":
            cell.metadata["nbgrader"] = metadata(cell.id, points=by_id[id].points)
    normalise(notebook)
    return notebook


def with_facts(source, heading, new_heading, line):
    """A Markdown text with this heading, and this line of facts as the paragraph after it."""
    source = FACTS.sub("", source)
    if not heading.search(source):
        raise ReleaseError(f"A cell should have the heading {new_heading!r}.")
    source = heading.sub(lambda _: f"{new_heading}\n\n{line}\n", source, count=1)
    return re.sub(r"\n{3,}", "\n\n", source).strip()


def with_reference(source, exercise):
    """An answer cell whose solution is the reference of the exercise, comments and all.

    A class is written whole, with a pair of markers in each of its methods.
    """
    if inspect.isclass(exercise.reference):
        return answer_source(exercise)
    lines = [line for line, _ in marked(source)]
    begin, end = ([line.strip() for line in lines].index(mark) for mark in (BEGIN, END))
    indent = lines[begin][: len(lines[begin]) - len(lines[begin].lstrip())]
    body = textwrap.indent(reference_code(exercise), indent).split("\n")
    return "\n".join([*lines[: begin + 1], *body, *lines[end:]])


def reference_code(exercise):
    """What stands in the reference below its docstring; a value is not returned, but named."""
    text = textwrap.dedent(inspect.getsource(exercise.reference))
    lines, (function,) = text.rstrip().split("\n"), ast.parse(text).body
    if ast.get_docstring(function):
        start = function.body[0].end_lineno
    else:  # below the line that ends the head
        ends = (k for k, line in enumerate(lines, 1) if line.partition("  #")[0].endswith(":"))
        start = next(k for k in ends if k >= function.lineno)
    body = textwrap.dedent("\n".join(lines[start:]))
    if exercise.is_value:
        body = re.sub(r"^return ", f"{exercise.name} = ", body, flags=re.MULTILINE)
    return body


def title(module):
    return f"# Exercises {module.EXERCISES[0].lesson}: {module.TITLE}"


def total(module):
    points = sum(exercise.points for exercise in module.EXERCISES)
    minutes = sum(exercise.minutes for exercise in module.EXERCISES)
    lesson = module.EXERCISES[0].lesson
    link = f"[lesson {lesson}](../lessons/{solution_path(lesson).name})"
    return (
        f"**{plural(points, 'point')}** · {plural(len(module.EXERCISES), 'exercise')} · "
        f"about {minutes} minutes · {link}"
    )


def facts(exercise, name):
    return (
        f"**{plural(exercise.points, 'point')}** · about {plural(exercise.minutes, 'minute')} · "
        f'{exercise.difficulty} · hints: `hint("{exercise.id}")` · '
        f"[answer](../solutions/{name})"
    )


def plural(number, noun):
    return f"{number} {noun}{'' if number == 1 else 's'}"


def metadata(grade_id, solution=False, points=None):
    """nbgrader's metadata, schema 3: of an answer, or with points of the check that grades it."""
    entry = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": points is not None,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        entry["points"] = points
    return entry


def release(notebook):
    """The learner's version of a dressed solution, as a new notebook: stubs, no outputs, locks."""
    released = copy.deepcopy(notebook)
    for cell in released.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        cell.source = without_solution(cell.source).rstrip("\n")
        role = cell.metadata.get("nbgrader", {})
        if role:
            cell.metadata["deletable"] = False
        if role.get("locked"):
            cell.metadata["editable"] = False
    return released


def without_solution(source):
    """Code in which each solution is a stub. After `name = ...` it needs none: the dots are one.

    Raises ReleaseError when the markers are not pairs one after another.
    """
    kept, pair = [], None
    for line, mark in marked(source):
        if mark is None:
            kept += [line] if pair is None else []
        elif pair is None:
            pair = mark
            indent = line[: len(line) - len(line.lstrip())]
            after_dots = not indent and kept and re.match(r"\w+ = \.\.\.", kept[-1])
            if mark == BEGIN and not after_dots:
                kept += [indent + stub for stub in STUB]
        else:
            pair = None
    return "\n".join(kept)


def marked(source):
    """[(line, marker or None)] of a cell; ReleaseError names the marker that is out of place.

    Whatever looks like a marker and is none is refused too: with a slip in it, what should be taken
    out would be handed out.
    """
    found, pair, opened = [], None, 0
    for number, line in enumerate(source.split("\n"), start=1):
        text = line.strip()
        mark = text if text in PAIRS or text in PAIRS.values() else None
        if mark is None and NEARLY.search(line):
            near = min((*PAIRS, *PAIRS.values()), key=lambda one: unlike(text, one))
            raise ReleaseError(
                f"line {number}, {text[:60]!r}, is nearly a marker: is {near!r} meant? A marker "
                "stands on a line of its own"
            )
        if mark in PAIRS:
            if pair:
                raise ReleaseError(
                    f"line {number}, {mark}, stands inside the pair of line {opened}"
                )
            pair, opened = mark, number
        elif mark:
            if pair is None:
                raise ReleaseError(f"line {number}, {mark}, has no {begin_of(mark)} above it")
            if PAIRS[pair] != mark:
                raise ReleaseError(f"line {number}, {mark}, ends the {pair} of line {opened}")
            pair = None
        found.append((line, mark))
    if pair:
        raise ReleaseError(f"line {opened}, {pair}, has no {PAIRS[pair]} below it")
    return found


def begin_of(end):
    return next(begin for begin, other in PAIRS.items() if other == end)


def unlike(one, other):
    return -difflib.SequenceMatcher(None, one.upper(), other).ratio()


def released_text(number):
    """(path, text) of exercises/NN_*.ipynb as it should be; ReleaseError, also when undressed."""
    path = solution_path(number)
    try:
        notebook = read(path)
    except FileNotFoundError:
        raise ReleaseError(f"There is no solutions/{path.name}: release --new {number}.") from None
    dressed = dress(copy.deepcopy(notebook), exercises.lesson(number), path.name)
    if dressed != notebook:
        raise ReleaseError(f"solutions/{path.name} is not dressed: release --run {number}.")
    return ROOT / "exercises" / path.name, nbformat.writes(release(notebook)) + "\n"


def write_text(path, text):
    """Replace a file as a whole; its folder is made."""
    path.parent.mkdir(exist_ok=True)
    files.replace(path, text)


def dress_and_run(number):
    """Dress solutions/NN_*.ipynb, run it from top to bottom and store it with its outputs."""
    path = solution_path(number)
    notebook = read(path)
    store(dress(notebook, exercises.lesson(number), path.name), path)
    notebook = run(path)
    failed = [
        kind[1]
        for cell, kind in zip(notebook.cells, cell_kinds(notebook), strict=True)
        if kind and kind[0] == "check" and "✓" not in str(cell.outputs)
    ]
    if failed:
        raise ReleaseError(f"solutions/{path.name}: the check of {', '.join(failed)} is not right.")


def new_solution(number):
    """The bones of solutions/NN_*.ipynb: a task, an answer and a check for each exercise.

    In a solution that is there already, for each exercise that it does not have yet.
    """
    path = solution_path(number)
    module = exercises.lesson(number)
    if path.exists():
        notebook = read(path)
        there = {id for _, id in filter(None, cell_kinds(notebook))}
        if all(one.id in there for one in module.EXERCISES):
            raise ReleaseError(
                f"solutions/{path.name} is there already, with every exercise, and stays as it is."
            )
        add_bones(notebook, module, there)
    else:
        first = module.EXERCISES[0]
        how_to = HOW_TO.format(id=first.id, name=first.name)
        cells = [v4.new_markdown_cell(f"{title(module)}\n\n{how_to}"), v4.new_code_cell(SETUP)]
        for exercise in module.EXERCISES:
            cells += bones(exercise)
        notebook = v4.new_notebook(cells=cells)
    path.parent.mkdir(exist_ok=True)
    store(dress(notebook, module, path.name), path)
    return path


def add_bones(notebook, module, there):
    """Put the bones of exercises that are not `there` below the exercise before them, in place."""
    place = next(n for n, kind in enumerate(cell_kinds(notebook)) if kind)
    for exercise in module.EXERCISES:
        if exercise.id in there:
            place = 1 + cell_kinds(notebook).index(("check", exercise.id))
        else:
            made = bones(exercise)
            notebook.cells[place:place] = made
            place += len(made)


def bones(exercise):
    prose = "What to do, and why it is worth doing. Name the arguments and their shapes."
    return [
        v4.new_markdown_cell(f"## Exercise {exercise.id}\n\n{prose}"),
        v4.new_code_cell(answer_source(exercise)),
        v4.new_code_cell(f'check("{exercise.id}", {exercise.name})'),
    ]


def answer_source(exercise):
    """The reference as an answer cell; the body of each function between the markers."""
    if exercise.is_value:
        return f"{exercise.name} = ...\n{BEGIN}\n{exercise.name} = {exercise.reference()!r}\n{END}"
    source = textwrap.dedent(inspect.getsource(exercise.reference)).rstrip()
    tree = ast.parse(source).body[0]
    lines = source.split("\n")
    functions = tree.body if isinstance(tree, ast.ClassDef) else [tree]
    for function in reversed([f for f in functions if isinstance(f, ast.FunctionDef)]):
        body = function.body[ast.get_docstring(function) is not None :]
        if body:
            indent = " " * body[0].col_offset
            lines.insert(body[-1].end_lineno, indent + END)
            first = body[0].lineno - 1
            while lines[first - 1].lstrip().startswith("#"):  # a comment belongs to it
                first -= 1
            lines.insert(first, indent + BEGIN)
    lines[tree.lineno - 1] = re.sub(
        r"^(def|class) \w+", rf"\1 {exercise.name}", lines[tree.lineno - 1]
    )
    return "\n".join(lines)


def reset(number):
    """Make the exercises NN new; your notebook is kept in my/kept/ or exercises/kept/, dated.

    Points that you have earned stay. Returns a sentence; raises ReleaseError for a wrong number.
    """
    if number not in exercises.lessons():
        raise ReleaseError(
            f"There are no exercises {number!r}; there are {', '.join(exercises.lessons())}."
        )
    if (ROOT / "my").is_dir() or not (ROOT / "solutions").is_dir():
        return " ".join(my.take(number, ROOT, ("exercises",)))
    path, text = released_text(number)
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") == text:
        return f"exercises/{path.name} is as new already."
    kept = None
    if path.exists():
        stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
        kept = path.parent / "kept" / f"{path.stem}-{stamp}.ipynb"
        while kept.exists():
            kept = kept.with_name(f"{kept.stem}x.ipynb")
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(
            path.read_bytes()
        )  # whatever it is: two sides of a merge, another encoding
    write_text(path, text)
    where = f" Your notebook is kept as exercises/kept/{kept.name}." if kept else ""
    return (
        f"exercises/{path.name} is new again.{where} If it is open in JupyterLab, choose "
        "File, Reload Notebook from Disk."
    )


def main(arguments=None):
    """The command line; the exit code is 1 when something is wrong or not up to date."""
    parser = argparse.ArgumentParser(
        prog="python -m nncourse release",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("lessons", nargs="*", metavar="NN", help="01 02 ...; without: all")
    parser.add_argument("--new", action="store_true", help="make the bones of a solution")
    parser.add_argument("--run", action="store_true", help="dress, run and store the solutions too")
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args(arguments)
    failed = False
    for number in options.lessons or exercises.lessons():
        try:
            failed = one_lesson(number, options) or failed
        except (ReleaseError, NotebookError, ValueError, OSError) as error:
            print(error, file=sys.stderr)
            failed = True
    return int(failed)


def one_lesson(number, options):
    """Do what the options ask for one lesson; whether something is not up to date."""
    if options.new:
        print(f"solutions/{new_solution(number).name}: made")
        return False
    if options.run and not options.check:
        dress_and_run(number)
    path, text = released_text(number)
    same = path.exists() and path.read_text(encoding="utf-8") == text
    if not same and not options.check:
        write_text(path, text)
    state = "up to date" if same else "NOT up to date" if options.check else "made"
    print(f"exercises/{path.name}: {state}")
    return options.check and not same


def reset_command(arguments=None):
    """python -m nncourse reset 05"""
    parser = argparse.ArgumentParser(prog="python -m nncourse reset", description=reset.__doc__)
    parser.add_argument("lesson", metavar="NN")
    try:
        print(reset(parser.parse_args(arguments).lesson))
    except (ReleaseError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
