"""Imports go one way, the core stays short, and `import nnlib` stays light."""

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "nnlib"

# from the ground up; a module may import from its own layer and from those before it
LAYERS = (
    {"random"},
    {"nn"},
    {"optim", "schedule", "data", "datasets", "gradcheck", "serialization"},
    {"training", "metrics", "plots", "palette", "pretrained"},
    {"widgets"},
)
CORE = {"random", "nn", "optim", "gradcheck", "data", "training"}
HEAVY = {"matplotlib", "PIL", "ipywidgets", "anywidget", "IPython", "torch"}
MAY_DRAW = {"plots", "palette"}
MAY_SHOW = {"widgets"}
FILES = sorted(path for path in PACKAGE.rglob("*.py"))


def part_of(path):
    """The part of nnlib that holds a file: "nn" for nnlib/nn/linear.py, "" for __init__.py."""
    first = path.relative_to(PACKAGE).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def imported(path):
    """The dotted names that a file imports, anywhere in it; relative ones made absolute."""
    package = ["nnlib", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def parts_imported(path):
    """The parts of nnlib that a file imports from."""
    parts = {part_of(file) for file in FILES}
    names = (name.split(".") for name in imported(path))
    return {name[1] for name in names if name[0] == "nnlib" and len(name) > 1 and name[1] in parts}


def layer(part):
    return next(number for number, parts in enumerate(LAYERS) if part in parts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_one_way(path):
    part = part_of(path)
    if part == "":
        above = {name for name in parts_imported(path) if layer(name) >= layer("training")}
    else:
        assert any(part in parts for parts in LAYERS), f"say in LAYERS where {part} belongs"
        above = {name for name in parts_imported(path) if layer(name) > layer(part)}
    assert not above, f"{path.name} imports from above: {above}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_heavy_packages_stay_on_top(path):
    heavy = {name.split(".")[0] for name in imported(path)} & HEAVY
    if part_of(path) in MAY_DRAW:
        heavy -= {"matplotlib"}
    if part_of(path) in MAY_SHOW:
        heavy -= HEAVY - {"torch"}
    assert not heavy, f"{path.name} imports {heavy}"


def test_plots_never_imports_nn():
    for path in FILES:
        if part_of(path) == "plots":
            assert "nn" not in parts_imported(path)


def test_importing_nnlib_loads_numpy_alone():
    program = (
        "import sys, nnlib\n"
        f"heavy = {sorted(HEAVY)}\n"
        "print([name for name in heavy if name in sys.modules], 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[] True", "")


def lines_of_code(path):
    """Lines that hold code: no blank lines, comments or docstrings."""
    text = path.read_text(encoding="utf-8")
    lines = set()
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in skipped | {tokenize.ENDMARKER}:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        value = getattr(node, "value", None)
        if isinstance(node, ast.Expr) and isinstance(getattr(value, "value", None), str):
            lines.difference_update(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def test_lines_of_code_counts_neither_docstrings_nor_comments(tmp_path):
    path = tmp_path / "small.py"
    path.write_text(
        '"""Two\nlines."""\n\n# why\nx = (\n    1,\n)\n\n\ndef f():\n    """No."""\n',
        encoding="utf-8",
    )
    assert lines_of_code(path) == 4


def test_every_file_of_the_core_can_be_shown_whole():
    core = [path for path in FILES if part_of(path) in CORE]
    assert {part_of(path) for path in core} == CORE
    long = {p.name: n for p in core if (n := len(p.read_text(encoding="utf-8").splitlines())) > 150}
    assert not long, f"over 150 lines: {long}"
    shown = [path for path in core if path.name != "__init__.py"]  # those hold names alone
    total = sum(lines_of_code(path) for path in shown)
    assert total <= 950, f"the core has {total} lines of code"


# nncourse stands on top of nnlib, and inside it learner and grading on judging and exercises
ENGINE = Path(__file__).parents[1] / "nncourse"
ENGINE_LAYERS = (
    {"preflight", "files", "exercises/given"},
    {"judging"},
    {"exercises"},
    {"learner", "grading", "authoring"},
    {"__main__", "__init__"},
)


def room(path):
    """The part of nncourse that holds a file, as ENGINE_LAYERS names it."""
    inside = path.relative_to(ENGINE).with_suffix("").as_posix()
    return "exercises/given" if inside.startswith("exercises/given") else inside.split("/")[0]


@pytest.mark.parametrize("path", sorted(ENGINE.rglob("*.py")), ids=lambda p: p.stem)
def test_the_engine_imports_one_way(path):
    height = {name: number for number, names in enumerate(ENGINE_LAYERS) for name in names}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nncourse."):
            other = room(ENGINE / node.module.removeprefix("nncourse.").replace(".", "/"))
            assert height[other] <= height[room(path)], f"{path.name} imports {node.module}"


def test_the_library_knows_nothing_of_the_engine():
    assert not [path for path in FILES if "nncourse" in path.read_text(encoding="utf-8")]
