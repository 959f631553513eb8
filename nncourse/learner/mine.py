"""my_nn.py: the learner's own library, collected from the answers that check() accepted.

check() keeps the source of each accepted function, with the helpers that it calls, in the folder
answers/ beside the learner's points, and nowhere else. mine() puts them together into one file that
needs NumPy alone.
"""

import argparse
import ast
import builtins
import inspect
import json
import linecache
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np

from nncourse import exercises, files
from nncourse.learner import progress

PIECES = (  # the exercises whose answers make the library, in the order of the course
    *("01.2", "01.3", "02.2", "02.3", "03.2", "03.3", "03.5", "04.2", "04.3", "05.2", "05.3"),
    *("06.2", "06.3", "07.2", "07.3", "07.4", "08.2", "08.3", "09.2", "09.3", "10.2", "10.3"),
    *("10.4", "11.2", "11.3", "11.4", "12.2", "12.3", "15.2", "15.3"),
)
SMALL = 1_000  # characters of a constant that is kept with the function that uses it
HEAD = '''\
"""My own neural-network library: {count} functions that I wrote in the course{where}.

Made by `python -m nncourse mine` from the answers that check() accepted; it needs NumPy alone.
"""
'''
STUB = """\
def {name}{signature}:
    raise NotImplementedError("{name} is exercise {id}: {why}")
"""


@dataclass
class Answer:
    """An accepted answer: its source, and what it needs around it."""

    name: str
    source: str
    imports: dict = field(default_factory=dict)  # {"np": "import numpy as np"}
    helpers: dict = field(default_factory=dict)  # {name: source}, those it calls first
    constants: dict = field(default_factory=dict)  # {name: Python text}
    needs: list = field(default_factory=list)  # what could not be collected, in words


class CannotCollect(Exception):
    """The source of a function cannot be had; the message says of which."""


# ------------------------------------------------------------------------------------ collecting
def collect(answer, own=("__main__",)):
    """The Answer of a function or class: its source, and all that it uses of its own modules."""
    found = Answer(answer.__name__, source_of(answer))
    visit(answer, found.source, found, {answer.__name__}, own)
    return found


def source_of(thing):
    """The source of a function or class, also of one in a cell of a notebook."""
    code = next(codes(thing), None)
    if code is None:
        raise CannotCollect(f"{getattr(thing, '__name__', thing)!s} is not written in Python")
    lines = linecache.getlines(code.co_filename)
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:  # a cell with %magic in it
        return textwrap.dedent(inspect.getsource(thing))
    for node in ast.walk(tree):
        if getattr(node, "name", None) == thing.__name__ and holds(node, code.co_firstlineno):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            return textwrap.dedent("".join(lines[first - 1 : node.end_lineno])).rstrip() + "\n"
    raise CannotCollect(f"the source of {thing.__name__} is gone: run its cell again")


def holds(node, line):
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return first <= line <= node.end_lineno


def codes(thing):
    """The code objects of a function, or of the methods of a class."""
    thing = inspect.unwrap(thing) if callable(thing) else thing
    if hasattr(thing, "__code__"):
        yield thing.__code__
    elif inspect.isclass(thing):
        for value in vars(thing).values():
            yield from codes(value) if inspect.isfunction(value) else ()


def surroundings(thing):
    """The global names that a function, or the methods of a class, can see."""
    thing = inspect.unwrap(thing)
    if inspect.isclass(thing):
        methods = [value for value in vars(thing).values() if inspect.isfunction(value)]
        return methods[0].__globals__ if methods else {}
    return thing.__globals__


def visit(thing, source, found, seen, own):
    """Add to `found` what the source uses of the names around it."""
    around = surroundings(thing)
    for name in free_names(source):
        if name in seen or name not in around:
            continue
        seen.add(name)
        value = around[name]
        module = getattr(value, "__module__", None) or ""
        if isinstance(value, ModuleType):
            add_import(found, name, value.__name__, f"import {value.__name__}")
        elif (inspect.isfunction(value) or inspect.isclass(value)) and module in own:
            helper = source_of(value)
            visit(value, helper, found, seen, own)
            found.helpers[name] = helper
        elif callable(value) and module:
            add_import(found, name, module, f"from {module} import {value.__name__}", value)
        else:
            add_constant(found, name, value)


def add_import(found, name, module, statement, value=None):
    if module.split(".")[0] in ("nnlib", "nncourse"):
        found.needs.append(f"it calls {module}; write that part yourself, and check it again")
        return
    own = module if value is None else value.__name__
    found.imports[name] = statement if name == own else f"{statement} as {name}"


def add_constant(found, name, value):
    text = f"np.array({value.tolist()!r})" if isinstance(value, np.ndarray) else repr(value)
    try:
        compile(text, name, "eval")
    except SyntaxError:
        text = ""
    if not text or len(text) > SMALL:
        found.needs.append(f"it uses {name} of its notebook; hand it over as an argument")
        return
    if isinstance(value, np.ndarray):
        found.imports["np"] = "import numpy as np"
    found.constants[name] = text


def free_names(source):
    """The names that a source reads and does not bind itself, in the order of first use."""
    tree = ast.parse(source)
    bound = set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return [name for name in dict.fromkeys(names) if name not in bound]


def keep(exercise, answer):
    """Keep the source of an accepted answer beside the points; None, or why it is not kept."""
    path = folder()
    if path is None or exercise.id not in PIECES:
        return None
    try:
        found = collect(answer)
        path.mkdir(parents=True, exist_ok=True)
        text = json.dumps(vars(found), indent=1, ensure_ascii=False)
        files.replace(path / f"{exercise.id}.json", text + "\n", durable=False)
    except (CannotCollect, OSError, SyntaxError, TypeError) as error:
        return f"Its source could not be kept for your library: {error}."
    return None


def folder():
    """Where accepted answers are kept; None where no points are."""
    place = progress.location()
    return None if place is None else place.parent / "answers"


def kept(path):
    """{id: Answer} of a folder; what cannot be read is left out."""
    found = {}
    for file in sorted(path.glob("[0-9][0-9].*.json")) if path else []:
        try:
            answer = Answer(**json.loads(file.read_text(encoding="utf-8")))
            ast.parse(answer.source)
            found[file.stem] = answer
        except (OSError, SyntaxError, TypeError, ValueError):
            continue
    return found


# ----------------------------------------------------------------------------- putting together
class Library:
    """my_nn.py in the making: one text, in which no two names mean different things."""

    def __init__(self):
        self.imports = {"np": "import numpy as np"}
        self.meaning = {}  # every name of the file: the source that it stands for
        self.parts = []
        self.yours, self.lent, self.missing = [], [], {}

    def add(self, exercise, answer, lent=False):
        """Add an answer with its helpers, under a comment that names its exercise."""
        sources = {**answer.helpers, answer.name: answer.source}
        renamed = self.new_names(exercise, answer)
        texts = []
        for name, text in answer.constants.items():
            if renamed.get(name, name) not in self.meaning:
                self.meaning[renamed.get(name, name)] = text
                texts.append(f"{renamed.get(name, name)} = {text}\n")
        for name, source in sources.items():
            source = rename(source, renamed)
            name = renamed.get(name, name)
            if self.meaning.get(name) != source:
                self.meaning[name] = source
                texts.append(source)
        whose = ", lent by the course until yours is right" if lent else ""
        self.parts.append(f"# {exercise.id} {exercise.title}{whose}\n" + "\n\n".join(texts))
        (self.lent if lent else self.yours).append(exercise.id)

    def new_names(self, exercise, answer):
        """{name: new name} for what has another meaning in this file already."""
        own = exercise.id.replace(".", "_")
        renamed = {answer.name: exercise.name} if answer.name != exercise.name else {}
        meant = answer.helpers | answer.constants
        answers = {exercises.find(id).name for id in PIECES}
        for name, text in meant.items():
            taken = self.meaning.get(name)
            if (taken is not None and taken != text) or (taken is None and name in answers):
                renamed[name] = f"{name}_{own}"
        for name, statement in answer.imports.items():
            if self.imports.setdefault(name, statement) != statement or name in self.meaning:
                renamed[name] = f"{name}_{own}"
                self.imports[renamed[name]] = f"{statement.split(' as ')[0]} as {renamed[name]}"
        return renamed

    def miss(self, exercise, why):
        """Put a stub in the place of an answer that is not there."""
        parameters = inspect.signature(exercise.reference)
        signature = "(*arguments)" if inspect.isclass(exercise.reference) else str(parameters)
        stub = STUB.format(name=exercise.name, signature=signature, id=exercise.id, why=why)
        self.parts.append(f"# {exercise.id} {exercise.title}: still to be written\n{stub}")
        self.missing[exercise.id] = why

    def text(self):
        count, where = len(self.yours), ""
        if self.lent or self.missing:
            where = f"; {len(self.lent) + len(self.missing)} are still to come"
        head = HEAD.format(count=count, where=where)
        imports = "\n".join(sorted(set(self.imports.values()))) + "\n"
        return "\n\n".join([f"{head}\n{imports}", *self.parts])


def rename(source, names):
    """The source with other names for some of its own; attributes and arguments stay."""
    if not names:
        return source
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    places = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id in names:
            places.add((node.lineno, node.col_offset, node.id))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
            word = 4 if isinstance(node, ast.FunctionDef) else 6  # "def ", "class "
            places.add((node.lineno, node.col_offset + word, node.name))
    for line, column, name in sorted(places, reverse=True):
        text = lines[line - 1]
        new = names[name].encode()
        lines[line - 1] = text[:column] + new + text[column + len(name.encode()) :]
    return b"".join(lines).decode()


def library(answers, lend=False):
    """The Library of these Answers {id: Answer}; lend: the course's own for what is missing."""
    made = Library()
    for id in PIECES:
        exercise, answer = exercises.find(id), answers.get(id)
        if answer is not None and not answer.needs:
            made.add(exercise, answer)
        elif lend:
            made.add(exercise, collect_reference(exercise), lent=True)
        else:
            made.miss(exercise, "; ".join(answer.needs) if answer else where_to_write(exercise))
    return made


def collect_reference(exercise):
    """The course's own answer, with all that it stands on."""
    own = (exercise.reference.__module__, "nnlib.nn.formulas")
    found = collect(exercise.reference, own)
    if found.needs:
        raise CannotCollect(f"the answer to {exercise.id} cannot be lent: {found.needs}")
    return found


def where_to_write(exercise):
    return f"write it in exercises/{exercise.lesson}_*.ipynb, and let check() accept it"


def mine(lend=False, path=None):
    """Write my_nn.py, your own library, say what is in it, and return it as a module.

    It stands beside your points, or at `path`; where no points are kept, none is written.
    lend=True puts the course's own answers where yours are missing, and says which; without it
    they are stubs that name their exercise.
    """
    place = folder()
    made = library(kept(place), lend)
    module = ModuleType("my_nn")
    if path or place:
        target = Path(path) if path else place.parent / "my_nn.py"
        files.replace(target, made.text(), durable=False)
        module.__file__ = str(target)
    print(in_words(made, "my_nn.py"))
    name = getattr(module, "__file__", "<my_nn>")
    linecache.cache[name] = (0, None, made.text().splitlines(keepends=True), name)
    exec(compile(made.text(), name, "exec"), vars(module))
    module.yours, module.lent, module.missing = made.yours, made.lent, list(made.missing)
    module.text = made.text()
    return module


def in_words(made, name):
    """What is yours, and what is missing, in a few lines."""
    lines = [f"{name}: {len(made.yours)} of {len(PIECES)} functions are yours."]
    for words, ids in (("Lent by the course", made.lent), ("Still to be written", made.missing)):
        if ids:
            listed = ", ".join(f"{id} {exercises.find(id).name}" for id in ids)
            lines += textwrap.wrap(f"{words}: {listed}.", 88)
    return "\n".join(lines)


def main(arguments=None):
    """python -m nncourse mine"""
    parser = argparse.ArgumentParser(
        prog="python -m nncourse mine",
        description="Write my_nn.py: your own library, from the answers that were right.",
    )
    parser.add_argument("--out", type=Path, help="where to write it; else beside your points")
    options = parser.parse_args(arguments)
    try:
        mine(path=options.out)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
