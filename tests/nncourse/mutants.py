"""Small changes to a function's source, one at a time: a good check rejects each of them.

    for description, function in mutants(reference): ...

A description reads "line 2: w @ x + b -> w @ x", lines counted from the def. Every mutant is a
function (or class) of its own that sees the same globals as the original. Some never end: a mutant
whose loops turn more often than it may raises EndlessLoop.
"""

import ast
import copy
import inspect
import math
import textwrap

OPERATORS = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.Pow: [ast.Mult],
    ast.FloorDiv: [ast.Div],
    ast.Mod: [ast.Mult],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
}
COMPARISONS = {
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
NAMES = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "argmax": "argmin",
    "argmin": "argmax",
    "ones": "zeros",
    "zeros": "ones",
    "ones_like": "zeros_like",
    "zeros_like": "ones_like",
    "var": "std",
    "std": "var",
    "floor": "ceil",
    "ceil": "floor",
}
DROPPABLE = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.BitAnd, ast.BitOr)


class EndlessLoop(Exception):
    """A mutant's loops have turned too often."""


class Turns:
    """Called at each turn of a loop; counts them, and ends what turns more than `most` times."""

    def __init__(self, most=math.inf):
        self.most, self.count = most, 0

    def __call__(self):
        self.count += 1
        if self.count > self.most:
            raise EndlessLoop(f"more than {self.most:,} turns")


def mutants(function, most=math.inf):
    """(description, mutant) for every change that compiles; the function needs readable source.

    most: so many turns of its loops each mutant has, in all its calls together.
    """
    tree = parsed(function)
    seen = {}
    for path, new in changes(tree):
        old = at(tree, path)
        line = getattr(old, "lineno", None) or at(tree, path[:-1]).lineno
        description = f"line {line}: {text(old)} -> {text(new)}"
        seen[description] = seen.get(description, 0) + 1
        if seen[description] > 1:
            description += f" ({seen[description]})"
        yield description, build(replaced(tree, path, new), function, Turns(most))


def unchanged(function):
    """A copy that is built like a mutant, without a change, and the Turns that count its loops."""
    turns = Turns()
    return build(parsed(function), function, turns), turns


def parsed(function):
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    if not isinstance(tree.body[0], ast.FunctionDef | ast.ClassDef):
        raise ValueError(f"{function!r} is no def and no class: mutants need one of them.")
    return tree


def text(node):
    return "(deleted)" if isinstance(node, ast.Pass) else ast.unparse(node).replace("\n", " ")


def changes(tree):
    """(path, new node): where in the tree, as attribute names and indices, and what goes there."""
    for path, node in walk(tree.body[0], ["body", 0]):
        for new in variants(node):
            yield path, new
    for path, node in walk(tree.body[0], ["body", 0]):
        if deletable(node):
            yield path, ast.copy_location(ast.Pass(), node)


def walk(node, path):
    """Every node below, with its path; docstrings, annotations and signatures are left alone."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "args") and isinstance(
            node, ast.FunctionDef | ast.ClassDef | ast.arg | ast.AnnAssign
        ):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or is_docstring(child):
                continue
            below = [*path, name] + ([] if index is None else [index])
            yield below, child
            yield from walk(child, below)


def is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def variants(node):
    """Other nodes for this one, each a mistake that could be made here."""
    if isinstance(node, ast.BinOp):
        for operator in OPERATORS.get(type(node.op), ()):
            yield ast.BinOp(node.left, operator(), node.right)
        if isinstance(node.op, DROPPABLE):
            yield node.left
            if not isinstance(node.op, ast.Div):
                yield node.right
    elif isinstance(node, ast.AugAssign):
        for operator in OPERATORS.get(type(node.op), ()):
            yield ast.AugAssign(node.target, operator(), node.value)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        yield node.operand
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for operator in COMPARISONS[type(node.ops[0])]:
            yield ast.Compare(node.left, [operator()], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
        for left_out in range(len(node.values)):
            rest = [value for index, value in enumerate(node.values) if index != left_out]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        opposite = copy.copy(node)
        opposite.test = ast.UnaryOp(ast.Not(), node.test)
        yield opposite
    elif isinstance(node, ast.Constant):
        yield from (ast.Constant(value) for value in other_constants(node.value))
    elif isinstance(node, ast.keyword) and node.arg == "axis":
        yield ast.keyword("axis", ast.Constant(None))
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield ast.Attribute(node.value, NAMES[node.attr], node.ctx)
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) == 2:
        yield ast.Tuple(node.elts[::-1], node.ctx)


def other_constants(value):
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
        if value == 1:
            yield 0
    elif isinstance(value, float):
        yield 2 * value if value else 1.0


def deletable(node):
    """A statement without which the rest may still run: a forgotten step."""
    return isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.If | ast.Raise)


def at(tree, path):
    for step in path:
        tree = tree[step] if isinstance(step, int) else getattr(tree, step)
    return tree


def replaced(tree, path, new):
    tree = copy.deepcopy(tree)
    parent, last = at(tree, path[:-1]), path[-1]
    new = copy.deepcopy(new)
    if isinstance(last, int):
        parent[last] = new
    else:
        setattr(parent, last, new)
    return ast.fix_missing_locations(tree)


def build(tree, function, turns):
    """Run the changed definition among the globals of the original; a broken one just raises."""
    definition = tree.body[0]
    for loop in ast.walk(definition):
        if isinstance(loop, ast.While | ast.For):
            loop.body.insert(0, ast.parse("next_turn()").body[0])
    module = inspect.getmodule(function)
    names = dict(vars(module)) | {"next_turn": turns}
    try:
        exec(compile(tree, f"<mutant of {definition.name}>", "exec"), names)
    except Exception as error:
        return raiser(error)
    return names[definition.name]


def raiser(error):
    def broken(*arguments):
        raise error

    return broken
