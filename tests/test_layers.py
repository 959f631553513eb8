"""Imports go one way, and `import nnlib` stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "nnlib"

# from the ground up; a module may import from its own layer and from those before it
LAYERS = (
    {"expect"},
    {"random"},
    {"nn"},
    {"optim", "data", "datasets", "gradcheck", "serialization"},
    {"training", "metrics", "palette", "pretrained"},
    {"widgets"},
)
HEAVY = {"matplotlib", "PIL", "ipywidgets", "anywidget", "IPython", "torch"}
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


def layer(part):
    return next(number for number, parts in enumerate(LAYERS) if part in parts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_one_way_and_heavy_packages_stay_on_top(path):
    names, part = [name.split(".") for name in imported(path)], part_of(path)
    parts = {part_of(file) for file in FILES}
    inside = {name[1] for name in names if name[0] == "nnlib" and name[1:2] and name[1] in parts}
    assert not part or any(part in parts for parts in LAYERS), f"say in LAYERS where {part} belongs"
    most = layer(part) if part else layer("training") - 1
    above = {name for name in inside if layer(name) > most}
    assert not above, f"{path.name} imports from above: {above}"
    may = {"palette": {"matplotlib"}, "widgets": HEAVY - {"torch"}}.get(part, set())
    heavy = ({name[0] for name in names} & HEAVY) - may
    assert not heavy, f"{path.name} imports {heavy}"


def test_importing_nnlib_loads_numpy_alone():
    program = (
        "import sys, nnlib\n"
        f"heavy = {sorted(HEAVY)}\n"
        "print([name for name in heavy if name in sys.modules], 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[] True", "")


# nncourse stands on top of nnlib, and inside it learner and grading on judging and exercises
ENGINE = Path(__file__).parents[1] / "nncourse"
ENGINE_LAYERS = (
    {"preflight", "files", "figures", "exercises/given"},
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
    files = [path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".js", ".css", ".md")]
    assert files
    assert not [path for path in files if "nncourse" in path.read_text(encoding="utf-8")]
