"""Runs one submission inside the sandbox; it knows no expected value, and its word earns no point.

    job on standard input -> cells one by one -> an exercise's calls in a forked child -> frames out

A job and a frame are encode()d. Frames go to standard output, each with its length in front:
    ("start", "cell" or "answer", number)    what runs now: the grader sees what hung or died
    ("cell", number, error)                  error: None, or its kind, text, cell and line
    ("answer", number, cell, how, results, others)
                                             how the child ended, and what it wrote: frames again,
                                             (case, value), (case, kind, text, cell, line) and
                                             ("end",). others: in which other states of the
                                             notebook this answer might be another, "own 4 check 5"
    ("done",)
After the first cell this is a process that the learner's code may have changed: so the names used
here were taken before (see protocol.py), and the grader trusts the numbers alone.
"""

import ast
import builtins
import contextlib
import ctypes
import gc
import importlib.machinery
import importlib.util
import inspect
import linecache
import os
import resource
import select
import signal
import struct
import sys
import time
import types
import warnings
import zlib

gc.disable()  # until all is imported: it stays anyway
sys.path += sys.argv[1:]  # where packages and nnlib are, in the sandbox
sys.argv[:] = [""]


class Unneeded:
    """Importing nncourse or nnlib.widgets gives modules full of Anything, but for what is real."""

    REAL = ("nncourse.exercises.given", "nncourse.judging.plain", "nncourse.judging.calls")

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith(Unneeded.REAL):
            return None
        if name.split(".")[0] == "nncourse" or name.startswith("nnlib.widgets"):
            spec = importlib.util.spec_from_loader(name, Unneeded, is_package=True)
            folder = name.replace(".", "/")
            spec.submodule_search_locations += [f"{path}/{folder}" for path in sys.path]
            return spec
        return None

    @staticmethod
    def create_module(spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = anything_public
        return module

    @staticmethod
    def exec_module(module):
        pass


class Relabelled:
    """Tells nnlib.datasets.mnist, when it is imported, the checksum of the labels that are here.

    Those of the test images, by which answers are judged, stand in another order.
    """

    def __init__(self, file, sha256):
        self.file, self.sha256 = file, sha256

    def find_spec(self, name, path=None, target=None):
        if name != "nnlib.datasets.mnist":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            module.SHA256[self.file] = self.sha256

        spec.loader.exec_module = exec_module
        return spec


def anything_public(name):
    if name.startswith("_"):
        raise AttributeError(name)
    return notes.check if name == "check" else Anything()


sys.meta_path.insert(0, Unneeded)


def become_nobody(user):
    """As root in the sandbox: a user that owns nothing. Before packages are read, as it is that
    user who must be able to read them."""
    if os.geteuid() == 0 and user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


if os.environ.get("NNCOURSE_USER"):
    become_nobody(int(os.environ.pop("NNCOURSE_USER")))

import numpy as np  # noqa: E402
import protocol  # noqa: E402
from protocol import ProtocolError, decode, encode  # noqa: E402

calls = importlib.import_module("nncourse.judging.calls")
plain_values = importlib.import_module("nncourse.judging.plain")

globals().update({name: value for name, value in vars(builtins).items() if name[0] != "_"})

fork, wait4, kill, killpg, exit_now = os.fork, os.wait4, os.kill, os.killpg, os._exit
pipe, read, write, close, setsid = os.pipe, os.read, os.write, os.close, os.setsid
getpid, getppid, pidfd_open = os.getpid, os.getppid, getattr(os, "pidfd_open", None)
waitstatus_to_exitcode = os.waitstatus_to_exitcode
wait_for, now, sleep, pack = select.select, time.monotonic, time.sleep, struct.pack
setrlimit, getrlimit, getrusage = resource.setrlimit, resource.getrlimit, resource.getrusage
RUSAGE_SELF, RLIMIT_CPU = resource.RUSAGE_SELF, resource.RLIMIT_CPU
setitimer, set_signal = signal.setitimer, signal.signal
TIME_SIGNALS = (signal.SIGPROF, signal.SIGXCPU)
catch_warnings, simplefilter, errstate = warnings.catch_warnings, warnings.simplefilter, np.errstate
call, crc32, ndarray = calls.call, zlib.crc32, np.ndarray
parse_python, iscoroutine = ast.parse, inspect.iscoroutine

MAX_RESULTS = protocol.MAX_BYTES - 100_000  # bytes of all the results of one exercise
TEXT = 500  # characters of an error message that are sent
NO_VALUE = object()
BUILTINS = frozenset(vars(builtins))
MODULES = {}  # those that the answers may need, whatever a cell removes
END = encode(("end",))
LIMITED = [
    getattr(resource, name)
    for name in ("RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_CPU")
]
ONLY_NAMES = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
DEFINES = (*ONLY_NAMES, ast.Assign, ast.AnnAssign)
ALLOW_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


class TimeIsUp(BaseException):
    """Raised in a cell that has had its time; what it did so far stays."""


def keep_whole(module):
    """Names that a module of ours uses mean to it what they mean now, whatever a cell does."""
    namespace = vars(module)
    namespace.update({name: value for name, value in vars(builtins).items() if name[0] != "_"})
    for name in ("np", "copy", "warnings", "numbers"):
        if name in namespace:
            namespace[name] = types.SimpleNamespace(**vars(namespace[name]))


# ----------------------------------------------- what stands in for the course and IPython
class Anything:
    """Stands in for explorers, reports and IPython's shell: takes every call, returns itself."""

    def __call__(self, *arguments, **named):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key):
        return self

    def __setitem__(self, key, value):
        return None

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def __contains__(self, item):
        return False

    def __bool__(self):
        return True

    def __int__(self):
        return 0

    def __index__(self):
        return 0

    def __float__(self):
        return 0.0

    def __str__(self):
        return ""

    def __format__(self, how):
        for nothing in ("", 0, 0.0):
            try:
                return format(nothing, how)
            except ValueError:
                continue
        return ""

    def __await__(self):
        return iter(())

    def __add__(self, other):
        return self

    def __lt__(self, other):
        return False


for same in ("radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv", "mod", "pow"):
    setattr(Anything, f"__{same}__", Anything.__add__)
for same in ("le", "gt", "ge"):
    setattr(Anything, f"__{same}__", Anything.__lt__)


class Notes:
    """What check() was called with last: {exercise id: (answer, number of the cell)}."""

    def __init__(self):
        self.seen, self.number = {}, 0

    def check(self, id=None, answer=NO_VALUE, *more, **named):
        if type(id) is str and answer is not NO_VALUE:
            self.seen[id] = answer, self.number
        return Anything()


notes = Notes()
# what IPython takes for a magic where a line is nothing else and no Python
AUTOMAGIC = (
    *(
        "alias",
        "cat",
        "cd",
        "clear",
        "conda",
        "config",
        "cp",
        "env",
        "history",
        "less",
        "load",
        "ls",
    ),
    *("lsmagic", "matplotlib", "mkdir", "more", "mv", "pip", "pwd", "pylab", "rm", "rmdir"),
    *("run", "store", "time", "timeit", "uv", "who", "whos", "xmode"),
)
RUNS_ITS_BODY = ("time", "timeit", "capture", "prun", "python", "python3")
OPTIONS = {"timeit": "nrpt", "prun": "lsTD"}  # the letters that a value follows


def without_options(name, line):
    """`f(x)` of `-n 10 -r3 -q f(x)`."""
    words = line.strip()
    while words.startswith("-"):
        first, _, rest = words.partition(" ")
        letter = first.lstrip("-")[:1]
        takes_value = (
            letter != "" and letter in OPTIONS.get(name, "") and not first.startswith("--")
        )
        words = rest.strip()
        if takes_value and len(first) == 2:
            words = words.partition(" ")[2].strip()
    return words


class Shell(Anything):
    """What get_ipython() returns: %time and %%time run their Python, other magic nothing."""

    def __init__(self, notebook):
        self.notebook = notebook
        self.user_ns = notebook.namespace

    def run_line_magic(self, name, line="", *_, **__):
        if name in RUNS_ITS_BODY and name != "capture":
            return self.run_python(without_options(name, str(line)), keep=name == "time")
        if name == "cd":
            os.chdir(os.path.expanduser(str(line).strip(" \"'") or "~"))
        return None

    magic = run_line_magic

    def run_cell_magic(self, name, line="", cell=""):
        if name == "writefile":
            place, mode = str(line).strip(), "w"
            if place.startswith("-a"):
                place, mode = place.split()[-1], "a"
            with open(place.strip("\"'"), mode, encoding="utf-8") as file:
                file.write(cell)
        elif name in RUNS_ITS_BODY:
            if name in ("timeit", "prun"):
                self.run_python(without_options(name, str(line)), keep=False)
            self.run_python(cell, keep=name != "timeit")

    def run_python(self, source, keep):
        """keep: what it sets stays, as after %time; %timeit runs in a function of its own."""
        space = self.notebook.namespace if keep else dict(self.notebook.namespace)
        code, text = compiled(source, f"cell {self.notebook.number}")
        tree = parse_python(text)
        for statement in tree.body if keep else ():
            note_definition(statement, self.notebook.defined)
        if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
            code = compile(ast.Expression(tree.body[0].value), "a magic", "eval", dont_inherit=True)
        return run_code(code, space)


class Notebook:
    """The namespace in which the cells run, and every value that an answer's name has had."""

    def __init__(self, exercises, replace):
        self.ids = {exercise["name"]: exercise["id"] for exercise in exercises}
        self.names = set(self.ids) | set(replace)
        self.replace = replace
        self.module = types.ModuleType("__main__")
        self.namespace = self.module.__dict__
        self.own = {}  # name: (value, number of its cell, is it a def or class, is it a stub)
        self.last = {}  # name: (value, number) whatever set it
        self.prints = {}  # name: what the other names stood for, right after its cell
        self.number = 0
        self.text, self.defined = "", {}  # the cell's Python, and what it defines
        self.process = getpid()
        self.running = False
        self.limits = hard_limits()
        shell = Shell(self)
        quiet = Anything()
        self.namespace.update(get_ipython=lambda: shell, display=quiet, In=[""], Out={}, _=None)
        for name in ("help", "exit", "quit", "copyright", "credits", "license"):
            setattr(builtins, name, quiet)  # Python makes these only for a prompt
        sys.modules["__main__"] = self.module
        for name in replace:
            self.put_in_place(name)

    def run(self, number, source, limits):
        """Run one cell; returns None, or (kind, text, cell, line) of the error that ended it."""
        self.number = notes.number = number
        self.text, self.defined, error = "", {}, None
        self.start_clock(limits)
        try:
            error = self.execute(source)
        except BaseException as caught:
            error = explain(caught)
        try:
            self.stop_clock()
        except BaseException as caught:
            error = explain(caught)
        if getpid() != self.process:
            exit_now(0)  # a cell forked, and this is its child
        if hard_limits() != self.limits:
            exit_now(0)  # with less than there was, the answers could not be called
        open_streams()
        self.note_answers()
        close_figures()
        return error

    def start_clock(self, limits):
        """After limits["cell"] seconds of the processor, TimeIsUp; a little later the end."""
        seconds = limits["cell"]
        set_signal(signal.SIGPROF, self.ring)
        set_signal(signal.SIGALRM, self.ring)
        set_signal(signal.SIGXCPU, signal.SIG_DFL)
        limit_cpu(seconds + min(seconds, 2))
        setitimer(signal.ITIMER_PROF, seconds, 1)
        setitimer(signal.ITIMER_REAL, seconds * limits["wall"], 0.1)
        self.running = True

    def stop_clock(self):
        self.running = False
        setitimer(signal.ITIMER_PROF, 0)
        setitimer(signal.ITIMER_REAL, 0)
        unlimit_cpu()

    def ring(self, number, frame):
        if self.running and getpid() == self.process:
            raise TimeIsUp

    def execute(self, source):
        """Run a cell. After an error what it still defines is defined; the error is returned."""
        name = f"cell {self.number}"
        code, self.text = compiled(source, name)
        try:
            run_code(code, self.namespace)
        except BaseException as caught:
            error = explain(caught)
            line = line_of(caught, name)
            kinds = ONLY_NAMES if isinstance(caught, TimeIsUp) else DEFINES
            for statement in parse_python(self.text, name).body:
                if statement.lineno > line and isinstance(statement, kinds):
                    self.define(statement, name)
            return error
        return None

    def define(self, statement, name):
        try:
            alone = ast.Module([statement], [])
            run_code(compile(alone, name, "exec", ALLOW_AWAIT, dont_inherit=True), self.namespace)
        except TimeIsUp:
            raise
        except BaseException:
            return

    def note_answers(self):
        for name in self.names:
            value = self.namespace.get(name, NO_VALUE)
            if value is NO_VALUE or value is self.last.get(name, (NO_VALUE,))[0]:
                continue
            if name in self.replace:
                value = self.put_in_place(name)
            self.last[name] = value, self.number
            form = self.form_of(name)
            if form is None or name in self.replace:
                continue  # a loop, an import or a `with` has used the name
            before = self.own.get(name)
            stub = form == "stub" or value is ...
            if before and not before[3] and (stub or (before[2] and form != "def")):
                continue  # what is written stays when a stub, or another use of the name, follows
            self.own[name] = value, self.number, form == "def", stub
            self.prints[name] = self.fingerprints(name)

    def form_of(self, name):
        """How this cell defines a name: "def", "value", "stub" or None. It is parsed but once."""
        if self.text:
            for statement in parse_python(self.text).body:
                note_definition(statement, self.defined)
            self.text = ""
        return self.defined.get(name)

    def fingerprints(self, own):
        """{name: fingerprint} of everything that an answer may use."""
        return {
            name: fingerprint(value)
            for name, value in self.namespace.items()
            if name != own and name[:1] != "_" and name not in ("In", "Out")
        }

    def answer(self, name):
        """(value, cell) to judge in the final state, or None."""
        own = self.own.get(name)
        if own is not None and not (own[3] and self.seen(name)):
            return own[0], own[1]
        return self.seen(name) or self.last.get(name)

    def seen(self, name):
        """(value, cell) of its last check()."""
        found = notes.seen.get(self.ids.get(name))
        return None if found is None or found[0] is ... else found

    def others(self, name):
        """In which other states this answer may be another: "own 4 check 5 final 0"."""
        found, own, seen = [], self.own.get(name), self.seen(name)
        value = self.answer(name)
        if value is None:
            return ""
        if own is not None and not own[3]:
            before, after = self.prints[name], self.fingerprints(name)
            other = any(after.get(key, NO_VALUE) != there for key, there in before.items())
            if other or any(key in BUILTINS and key not in before for key in after):
                found.append(f"own {own[1]}")
        valid = seen is not None and (own is None or seen[1] >= own[1] or not own[2])
        if valid and (found or seen[0] is not value[0]):
            found.append(f"check {seen[1]}")
        final = self.namespace.get(name, NO_VALUE)
        if final is not NO_VALUE and final is not value[0] and final is not ...:
            found.append("final 0")
        return " ".join(found)

    def in_state(self, name, state):
        """(value, cell) as it is now for a state that others() named."""
        if state == "check":
            return self.seen(name)
        if state == "final":
            return self.last.get(name)
        own = self.own.get(name)
        return own and own[:2]

    def put_in_place(self, name):
        """The reference of an earlier exercise, so that its mistake costs nothing later."""
        text = self.text
        with contextlib.suppress(BaseException):  # it may need an import of a later cell
            self.execute(self.replace[name])
        self.text = text  # what the cell itself defines is still to be told
        return self.namespace.get(name)


def hard_limits():
    return [getrlimit(limit)[1] for limit in LIMITED]


def fingerprint(value):
    """Something that is another when a name stands for another thing, or an array was changed."""
    kind = type(value)
    if kind is ndarray and value.nbytes <= 100_000:
        return id(value), value.shape, crc32(value.tobytes())
    if kind in (list, dict, set):
        return id(value), len(value)
    if kind in (int, float, str, bool):
        return value
    return id(value)


def run_code(code, namespace):
    """Run a cell; in a loop of events where it needs one, as all cells in Jupyter have it."""
    if needs_loop(code):
        return loop().run_until_complete(run_in_loop(code, namespace))
    return eval(code, namespace)


def needs_loop(code):
    wanted = ("create_task", "ensure_future", "get_running_loop")
    return code.co_flags & inspect.CO_COROUTINE or any(name in code.co_names for name in wanted)


async def run_in_loop(code, namespace):
    result = eval(code, namespace)
    return await result if iscoroutine(result) else result


def loop():
    """One for the whole notebook, as in Jupyter: what a cell has started goes on in the next."""
    import asyncio

    if not loops:
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[0])
    return loops[0]


loops = []


def compiled(source, name):
    """(code, its Python) of a cell; where it is no Python, of IPython's translation of it."""
    try:
        return compiled_python(source, name)
    except SyntaxError:
        if "%" not in source and "!" not in source and "?" not in source:
            words = source.split()
            one_line = len(source.strip().splitlines()) == 1
            if one_line and words[0] in AUTOMAGIC:
                return compiled_python("", name)
            if ">>>" not in source and source[:1] not in " \t\n" and "In [" not in source:
                raise
        from IPython.core.inputtransformer2 import TransformerManager

        plain = TransformerManager().transform_cell(source)
        return compiled_python(plain, name)


def compiled_python(source, name):
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    with catch_warnings():
        simplefilter("ignore")
        return compile(source, name, "exec", ALLOW_AWAIT, dont_inherit=True), source


def note_definition(statement, defined):
    """{name: "def", "stub" or "value"} of a statement at the top of a cell."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        defined[statement.name] = "stub" if is_stub(statement) else "def"
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = getattr(statement, "targets", None) or [statement.target]
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name):
                    dots = (
                        isinstance(statement.value, ast.Constant) and statement.value.value is ...
                    )
                    defined[part.id] = "stub" if dots else "value"
    elif isinstance(statement, (ast.If, ast.Try, ast.With, ast.ImportFrom)):
        if isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                defined[alias.asname or alias.name] = "def"
        for part in getattr(statement, "body", []):
            note_definition(part, defined)


def is_stub(definition):
    """Does a function, or every method of a class, raise NotImplementedError and nothing else?"""
    body = [s for s in definition.body if not is_text(s)]
    if isinstance(definition, ast.ClassDef):
        methods = [s for s in body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))]
        return bool(methods) and all(is_stub(s) for s in methods)
    if not body:
        return True
    last = body[-1]
    if isinstance(last, ast.Raise) and last.exc is not None:
        raised = getattr(last.exc, "func", last.exc)
        return len(body) == 1 and getattr(raised, "id", "") == "NotImplementedError"
    return all(isinstance(s, ast.Pass) or is_text(s) for s in body)


def is_text(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def line_of(error, name):
    """The line of a cell, at its top level, from which an error came."""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == name and code.co_name == "<module>":
            return trace.tb_lineno
        trace = trace.tb_next
    return 0


def explain(error):
    """("NameError", "name 'nq' is not defined", 7, 2): cell and line 0 where there is none."""
    if isinstance(error, TimeIsUp):
        return "Timeout", "", 0, 0
    kind = type(error).__name__
    try:
        text = str(error)[:TEXT]
    except BaseException:
        text = ""
    cell, line, trace = 0, 0, error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith("cell ") and file[5:].isdigit():
            cell, line = int(file[5:]), trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        cell = line = 0
    return kind, text.strip(), cell, line or 0


def open_streams():
    """Printing costs nothing, and input() is answered at once: by an error."""
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def no_input(prompt=""):
    raise EOFError("input() has nobody to ask while your work is graded: use a value instead")


def close_figures():
    try:
        sys.modules["matplotlib.pyplot"].close("all")
    except BaseException:
        return


def limit_cpu(seconds, last=False):
    """From now on this process may compute for so many seconds, or a part of one more; last: and
    never for more."""
    used = getrusage(RUSAGE_SELF)
    end = int(used.ru_utime + used.ru_stime + seconds + 0.999)
    hard = getrlimit(RLIMIT_CPU)[1]
    setrlimit(RLIMIT_CPU, (end, end + 1 if last else hard))  # SIGXCPU, then SIGKILL


def unlimit_cpu():
    """This process only waits from here on; a thread that a cell left running may not end it."""
    hard = getrlimit(RLIMIT_CPU)[1]
    setrlimit(RLIMIT_CPU, (hard, hard))


def answer(value, exercise, out):
    """In the child: call the learner's function on every case, and write what comes back."""
    if len(sys.modules) < len(MODULES):
        for name, module in MODULES.items():
            sys.modules.setdefault(name, module)
    for number, case in enumerate(exercise["cases"]):
        try:
            arguments = decode(case, functions=True)
            with catch_warnings(), errstate(all="ignore"):  # as check() does
                simplefilter("ignore")
                outcome = call(value, arguments, exercise["driver"])
            result = outcome.result
            if type(result) is plain_values.Failure:
                failure = (result.kind, result.message[:TEXT], 0, 0)
                if outcome.error is not None:
                    failure = (*failure[:2], *explain(outcome.error)[2:])
                data = encode((number, *failure))
            else:
                data = encode((number, result))
        except ProtocolError as error:
            data = encode((number, "NotPlain", str(error), 0, 0))
        except BaseException as error:
            data = encode((number, *explain(error)))
        send(out, data)
    send(out, END)


def send(out, data):
    data = pack("<I", len(data)) + data
    while data:
        data = data[write(out, data) :]


def answer_in_child(value, exercise, limits):
    """(how, bytes); how is "ended", or what stopped it: "time", "wall", "size", "signal 11"..."""
    set_signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, no child could be waited for
    source, target = pipe()
    child = fork_child(limits["alone"])
    if child == 0:
        try:
            setsid()
            for number in TIME_SIGNALS:
                set_signal(number, signal.SIG_DFL)
            setitimer(signal.ITIMER_PROF, exercise["seconds"])
            limit_cpu(exercise["seconds"], last=True)  # which the answer cannot change
            answer(value, exercise, target)
        finally:
            exit_now(0)
    close(target)
    data, stopped = collect(source, child, now() + exercise["seconds"] * limits["wall"])
    close(source)
    for end in (lambda: killpg(child, signal.SIGKILL), lambda: kill(child, signal.SIGKILL)):
        try:
            end()
        except OSError:
            continue
    _, status, used = wait4(child, 0)
    if limits["alone"] and getppid() == 1:
        kill_others()
    if stopped == "wall" and used.ru_utime + used.ru_stime >= exercise["seconds"]:
        stopped = "time"
    if stopped or data.endswith(END):
        return stopped or "ended", data
    number = waitstatus_to_exitcode(status)
    if -number in TIME_SIGNALS or used.ru_utime + used.ru_stime >= exercise["seconds"]:
        return "time", data
    return f"signal {-number}" if number < 0 else f"exit {number}", data


def fork_child(alone):
    """fork(), where need be after those are gone that a cell has left and that fill the room."""
    for _ in range(20):
        try:
            return fork()
        except OSError:
            if alone and getppid() == 1:
                kill_others()
            sleep(0.05)
    return fork()


def collect(source, child, deadline):
    """What the child writes until it says that it is through, ends, or has had its time."""
    data, watch = bytearray(), [source]
    ended = pidfd_open(child) if pidfd_open else None
    if ended is not None:
        watch.append(ended)
    try:
        while True:
            ready = wait_for(watch, [], [], max(deadline - now(), 0))[0]
            if not ready:
                return bytes(data), "wall"
            if source in ready:
                piece = read(source, 1 << 20)
                data += piece
                if not piece or data.endswith(END):
                    return bytes(data), None
                if len(data) > MAX_RESULTS:
                    return b"", "size"
            else:
                return bytes(data), None
    finally:
        if ended is not None:
            close(ended)


def kill_others():
    """End what the learner's code left behind; only as process 2 of a sandbox of its own."""
    if getpid() == 2:
        try:
            kill(-1, signal.SIGKILL)
        except OSError:
            return


def set_limits(limits, alone):
    """What no code of the learner's can raise again."""
    total = int(limits["total"]) + 1
    wanted = {
        resource.RLIMIT_AS: limits["memory"],
        resource.RLIMIT_FSIZE: limits["file"],
        resource.RLIMIT_NOFILE: limits["files"],
        resource.RLIMIT_CORE: 0,
        RLIMIT_CPU: total,
    }
    if alone and limits["processes"]:  # else it would count all processes of the one who grades
        wanted[resource.RLIMIT_NPROC] = limits["processes"]
    for limit, most in wanted.items():
        hard = getrlimit(limit)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            setrlimit(limit, (most, most))
        except (OSError, ValueError):
            if alone:  # macOS, for code that is trusted, has not all of them
                raise


def leave_keyring():
    """The keys of the one who grades are no longer those of this session."""
    number = {"x86_64": 250, "aarch64": 219}.get(os.uname().machine)
    if number is not None:
        ctypes.CDLL(None).syscall(number, 1, None)  # join a new session keyring without a name


def states_of(exercises):
    """{cell: [(number, exercise)]}: those to be answered right after a cell."""
    found = {}
    for number, exercise in enumerate(exercises):
        if exercise["at"]:
            found.setdefault(exercise["at"], []).append((number, exercise))
    return found


def main():
    job = decode(sys.stdin.buffer.read(job_size()), functions=True)
    limits = job["limits"]
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    leave_keyring()
    set_limits(limits, limits["alone"])
    importlib.import_module("nnlib")
    if job["labels"]:
        sys.meta_path.insert(0, Relabelled(*job["labels"]))
    for module in job["imports"]:
        importlib.import_module(module)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    close(nowhere)
    open_streams()
    builtins.input = no_input
    sys.path[0] = ""  # what a cell has written beside the notebook can be imported
    for module in (plain_values, calls):
        keep_whole(module)
    MODULES.update(sys.modules)
    gc.freeze()  # collecting garbage in a child would copy what it shares with this process
    gc.enable()
    notebook = Notebook(job["exercises"], job["replace"])
    states = states_of(job["exercises"])

    def answered(number, exercise, found):
        send(out, encode(("start", "answer", number)))
        how, results, cell, others = "absent", b"", 0, ""
        if found is not None:
            value, cell = found
            others = "" if exercise["state"] else notebook.others(exercise["name"])
            how, results = answer_in_child(value, exercise, limits)
        send(out, encode(("answer", number, cell, how, results, others)))

    send(out, encode(("start", "cell", 0)))
    for number, source in job["cells"]:
        send(out, encode(("start", "cell", number)))
        send(out, encode(("cell", number, notebook.run(number, source, limits))))
        for place, exercise in states.get(number, ()):
            answered(place, exercise, notebook.in_state(exercise["name"], exercise["state"]))
    for number, exercise in enumerate(job["exercises"]):
        if not exercise["at"]:
            name, state = exercise["name"], exercise["state"]
            answered(
                number, exercise, notebook.in_state(name, state) if state else notebook.answer(name)
            )
    send(out, encode(("done",)))
    exit_now(0)


def job_size():
    """The length of the job, which stands before it: the pipe may stay open behind it."""
    return struct.unpack("<I", sys.stdin.buffer.read(4))[0]
