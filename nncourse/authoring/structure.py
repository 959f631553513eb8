"""What a stored lesson must look like, rule by rule: problems(path) lists what is wrong.

Each rule is a function that takes a Lesson and yields sentences; RULES at the end names them all.
"""

import ast
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from nncourse.authoring.lesson import Lesson, tags

MAX_LINES = 25
FIRST_TORCH_LESSON = 13
NETWORK_MODULES = {
    *("aiohttp", "ftplib", "http", "httpx", "requests", "smtplib", "socket", "ssl", "urllib"),
    *("urllib3", "webbrowser", "wget", "subprocess"),
}
NETWORK_CALLS = {"urlopen", "urlretrieve", "fetch_openml", "load_state_dict_from_url"}
SHELL_CALLS = {"getoutput", "popen", "system"}  # IPython turns `!command` into get_ipython().system
SHELL_MAGICS = {"bash", "conda", "mamba", "pip", "script", "sh", "sx", "system", "uv"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]*)[^)]*\)")
IMG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
ALT = re.compile(r"\balt\s*=\s*([\"'])\s*\S.*?\1", re.IGNORECASE)


def problems(path):
    """What is wrong with the stored lesson at this path: sentences, none when all is well.

    Raises ValueError when the file is not a notebook of format 4.
    """
    lesson = Lesson(Path(path))
    return [problem for rule in RULES for problem in rule(lesson)]


def executed(lesson):
    counts = [cell.execution_count for _, cell in lesson.code]
    if counts != list(range(1, len(counts) + 1)):
        yield "was not run from top to bottom, or has an empty code cell: run make lessons"


def errors(lesson):
    for number, cell in lesson.code:
        failed = any(output.output_type == "error" for output in cell.outputs)
        if failed and "raises-exception" not in tags(cell):
            yield f"cell {number} holds an error: fix it, or tag it raises-exception"
        if not failed and "raises-exception" in tags(cell):
            yield f"cell {number} is tagged raises-exception and raises nothing"


def standard_error(lesson):
    for number, cell in lesson.code:
        if any(output.get("name") == "stderr" for output in cell.outputs):
            yield f"cell {number} wrote to stderr (a warning, or tqdm without file=sys.stdout)"


def widget_state(lesson):
    if "widgets" in lesson.notebook.metadata:
        yield "the state of widgets is stored in its metadata: run make lessons"


def cell_ids(lesson):
    seen = set()
    for number, cell in lesson.cells:
        if not cell.get("id"):
            yield f"cell {number} has no id: run make lessons"
        elif cell.id in seen:
            yield f'cell {number} has the id "{cell.id}" of an earlier cell'
        seen.add(cell.get("id"))


def long_cells(lesson):
    for number, cell in lesson.code:
        length = len(cell.source.splitlines())
        if length > MAX_LINES:
            yield f"cell {number} has {length} lines of code, at most {MAX_LINES} are wanted"


def prose_between(lesson):
    written = [(n, cell.cell_type) for n, cell in lesson.cells if cell.source.strip()]
    for (_, before), (number, kind) in pairwise(written):
        if before == kind == "code":
            yield f"cell {number} follows another code cell with no prose between them"


def interact(lesson):
    for number, name, _ in lesson.calls():
        if name in ("interact", "interact_manual", "interactive", "interactive_output"):
            yield f"cell {number} calls {name}, which flickers: use an explorer of nnlib.widgets"


def network(lesson):
    for number, module in lesson.imports():
        if module in NETWORK_MODULES:
            yield f"cell {number} could touch the network or the shell: it imports {module}"
    for number, name, call in lesson.calls():
        magic = name in ("run_line_magic", "run_cell_magic") and any(
            isinstance(word, ast.Constant) and word.value in SHELL_MAGICS for word in call.args[:1]
        )
        download = any(word.arg == "download" for word in call.keywords)
        if name in NETWORK_CALLS | SHELL_CALLS or magic or download:
            yield f"cell {number} could touch the network or the shell: {ast.unparse(call)[:60]}"


def images(lesson):
    for number, text in lesson.prose:
        unnamed = [
            link for link in LINK.finditer(text) if link["image"] and not link["text"].strip()
        ]
        unnamed += [tag for tag in IMG.findall(text) if not ALT.search(tag)]
        if unnamed:
            yield f"cell {number} has a picture without alternative text"


def links(lesson):
    for number, text in lesson.prose:
        for link in LINK.finditer(text):
            target = unquote(link["target"].split("#")[0])
            if re.match(r"https?:", target):
                if link["image"]:
                    yield f"cell {number} shows a picture from the network: {target}"
            elif re.match(r"(mailto|attachment):", target):
                continue
            elif target and not (lesson.path.parent / target).exists():
                yield f"cell {number} links to {target}, which does not exist"


def box(lesson):
    sources = [cell.source if cell.cell_type == "markdown" else "" for _, cell in lesson.cells[:2]]
    title, opening = [*sources, "", ""][:2]
    if not re.match(rf"# {lesson.number} \S", title):
        yield f'the first cell is not a title like "# {lesson.number} What it is about"'
    if not opening.startswith("> **In this lesson"):
        yield 'the second cell is not the box that starts with "> **In this lesson"'
    if not re.search(r"\*\*Time:\*\* \d+ minutes", opening):
        yield 'the box has no line "**Time:** NN minutes"'
    if "**Builds on:**" not in opening:
        yield 'the box has no line "**Builds on:**"'


def explorer(lesson):
    for _, cell in lesson.code:
        data = [output.get("data", {}) for output in cell.outputs]
        if any(WIDGET_VIEW in bundle and "image/png" in bundle for bundle in data):
            return
    yield "has no explorer: no output with a widget and its still picture"


def predictions(lesson):
    asked = sum(text.count("**Predict") for _, text in lesson.prose)
    asked += sum(name == "quiz" for _, name, _ in lesson.calls())
    if asked < 2:
        yield f"asks for {asked} predictions, at least 2 are wanted: **Predict** or quiz(...)"


def sections(lesson):
    headings = lesson.headings()
    for wanted in ("Common mistake", "Recap"):
        if not any(heading.startswith(wanted) for heading in headings):
            yield f'has no heading "## {wanted}"'
    if not any(heading.startswith(("Exercises", "Next")) for heading in headings):
        yield 'has no heading "## Exercises" or "## Next"'


def next_lesson(lesson):
    later = [
        p.name for p in lesson.path.parent.glob("[0-9][0-9]_*.ipynb") if p.name > lesson.path.name
    ]
    targets = {link["target"] for _, text in lesson.prose for link in LINK.finditer(text)}
    if later and min(later) not in targets:
        yield f"has no link to the next lesson, {min(later)}"


def torch_too_early(lesson):
    if lesson.number < str(FIRST_TORCH_LESSON):
        for number, module in lesson.imports():
            if module == "torch":
                yield f"cell {number} imports torch before lesson {FIRST_TORCH_LESSON}"


RULES = (
    *(executed, errors, standard_error, widget_state, cell_ids),
    *(long_cells, prose_between, interact, network, images, links),
    *(box, explorer, predictions, sections, next_lesson, torch_too_early),
)
