"""What the lessons claim about training, run again over ten other seeds with the lesson's own code.

python -m bench.claims 10 11 prints each claim and in how many of ten seeds it holds; without
numbers it runs all. lesson_NN.py has a function claims() that yields (claim, outcomes): a sentence
as the lesson words it, and for each seed whether it held. The exit code is 1 below nine of ten.
"""

import ast
from pathlib import Path

from nncourse.authoring.lesson import Lesson

ROOT = Path(__file__).parents[2]
SEEDS = range(101, 111)  # no lesson uses these
ENOUGH = 0.9


def lesson(number, *names, **space):
    """The imports and definitions of a lesson, and its assignments to these names, as a dict.

    What its definitions need beforehand is given by name.
    """
    (path,) = (ROOT / "lessons").glob(f"{number}_*.ipynb")
    for _, cell in Lesson(path).code:
        tree = ast.parse(cell.source)
        tree.body = [node for node in tree.body if is_wanted(node, names)]
        exec(compile(tree, path.name, "exec"), space)
    return space


def is_wanted(node, names):
    if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
        return True
    if isinstance(node, ast.Try):  # an import that may be missing
        return all(isinstance(part, ast.Import | ast.ImportFrom) for part in node.body)
    if not isinstance(node, ast.Assign | ast.AugAssign):
        return False
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    assigned = [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
    return any(name in names for name in assigned)
