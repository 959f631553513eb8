"""Runs one submission inside the sandbox; it knows no expected value, and its word earns no point.

    job on standard input -> cells one by one -> an exercise's calls in a forked child -> frames out

A job and a frame are encode()d. Frames go to the pipe job["out"], each with its length in front:
    ("start", "cell" or "answer", number)    what runs now: the grader sees what hung or died
    ("cell", number, error)                  error: None, or its kind and its text
    ("answer", number, cell, how, results)   how the child ended, and what it wrote: frames again,
                                             (case, value), (case, kind, text) and ("end",)
    ("done",)
After the first cell this is a process that the learner's code may have changed: so the names used
here were taken before (see protocol.py), and the grader trusts the numbers alone.
"""

import ast
import builtins
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

sys.path += sys.argv[1:]  # where packages and nnlib are, in the sandbox

import numpy as np
import protocol
from protocol import ProtocolError, decode, encode

globals().update({name: value for name, value in vars(builtins).items() if name[0] != "_"})

fork, wait4, kill, killpg, exit_now = os.fork, os.wait4, os.kill, os.killpg, os._exit
pipe, read, write, close, setsid = os.pipe, os.read, os.write, os.close, os.setsid
getpid, getppid, pidfd_open = os.getpid, os.getppid, getattr(os, "pidfd_open", None)
waitstatus_to_exitcode = os.waitstatus_to_exitcode
wait_for, now, pack = select.select, time.monotonic, struct.pack
setrlimit, getrlimit, getrusage = resource.setrlimit, resource.getrlimit, resource.getrusage

MAX_RESULTS = protocol.MAX_BYTES - 100_000  # bytes of all the results of one exercise
TEXT = 500  # characters of an error message that are sent
catch_warnings, simplefilter, errstate = warnings.catch_warnings, warnings.simplefilter, np.errstate
NO_VALUE = object()
END = encode(("end",))
GIVEN = "nncourse.exercises.given"  # what an exercise hands to an answer is the real thing
RUNS_ITS_BODY = {"time", "timeit", "capture", "prun"}  # cell magics whose cell is Python


class Anything:
    """Stands in for check(), explorers and IPython's shell: takes every call, returns itself."""

    def __call__(self, *arguments, **named):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key):
        return self

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


class Unneeded:
    """Importing nncourse or nnlib.widgets gives modules full of Anything, but for what is given."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith(GIVEN):
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


def anything_public(name):
    if name.startswith("_"):
        raise AttributeError(name)
    return Anything()


class Shell(Anything):
    """What get_ipython() returns: %time and %%time run their Python, other magic nothing."""

    def __init__(self, notebook):
        self.notebook = notebook

    def run_line_magic(self, name, line, *_, **__):
        return self.run_cell_magic(name, "", line)

    def run_cell_magic(self, name, line, cell):
        if name in RUNS_ITS_BODY:
            self.notebook.execute(cell)


class Notebook:
    """The namespace in which the cells run, and every value that an answer's name has had last."""

    def __init__(self, names, replace):
        self.names, self.replace = names, replace
        self.module = types.ModuleType("__main__")
        self.namespace = self.module.__dict__
        self.answers = {}  # name: (value, number of the cell that set it)
        self.number = 0
        self.process = getpid()
        shell = Shell(self)
        self.namespace.update(get_ipython=lambda: shell, display=Anything(), In=[""], Out={})
        sys.modules["__main__"] = self.module
        for name in replace:
            self.put_in_place(name)

    def run(self, number, source):
        """Run one cell; returns None, or the (kind, text) of the error that ended it."""
        self.number = number
        try:
            self.execute(source)
            error = None
        except BaseException as caught:
            error = explain(caught)
        if getpid() != self.process:
            exit_now(0)  # a cell forked, and this is its child
        open_streams()
        self.note_answers()
        close_figures()
        return error

    def execute(self, source):
        name = f"cell {self.number}"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        result = eval(compiled(source, name), self.namespace)
        if inspect.iscoroutine(result):
            import asyncio

            asyncio.run(result)

    def note_answers(self):
        for name in self.names:
            value = self.namespace.get(name, NO_VALUE)
            if value is not NO_VALUE and value is not self.answers.get(name, (NO_VALUE,))[0]:
                if name in self.replace:
                    value = self.put_in_place(name)
                self.answers[name] = (value, self.number)

    def put_in_place(self, name):
        """The reference of an earlier exercise, so that its mistake costs nothing later."""
        try:
            self.execute(self.replace[name])
        except BaseException:
            return self.namespace.get(
                name
            )  # it needs an import of a later cell: then it comes again
        return self.namespace.get(name)


def compiled(source, name):
    """Code of a cell; where it is no Python, of IPython's translation of %magic and !shell."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        return compile(source, name, "exec", flags, dont_inherit=True)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        plain = TransformerManager().transform_cell(source)
        return compile(plain, name, "exec", flags, dont_inherit=True)


def explain(error):
    """("NameError", "name 'nq' is not defined (cell 7, line 2)")"""
    kind = type(error).__name__
    try:
        text = str(error)[:TEXT]
    except BaseException:
        text = ""
    place, trace = "", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith("cell "):
            place = f" ({file}, line {trace.tb_lineno})"
        trace = trace.tb_next
    return kind, (text + ("" if isinstance(error, SyntaxError) else place)).strip()


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
    """From now on this process may compute for so many seconds; last: and never for more."""
    used = getrusage(resource.RUSAGE_SELF)
    end = int(used.ru_utime + used.ru_stime + seconds + 0.999)
    hard = getrlimit(resource.RLIMIT_CPU)[1]
    setrlimit(resource.RLIMIT_CPU, (end, end + 1 if last else hard))  # SIGXCPU, then SIGKILL


def unlimit_cpu():
    """This process only waits from here on; a thread that a cell left running may not end it."""
    hard = getrlimit(resource.RLIMIT_CPU)[1]
    setrlimit(resource.RLIMIT_CPU, (hard, hard))


def answer(notebook, exercise, out):
    """In the child: call the learner's function on every case, and write what comes back."""
    value, driver = notebook.answers[exercise["name"]][0], exercise["driver"]
    for number, case in enumerate(exercise["cases"]):
        try:
            arguments = decode(case, functions=True)
            with catch_warnings(), errstate(all="ignore"):  # as check() does
                simplefilter("ignore")
                if driver is not None:
                    result = driver(value, *arguments)
                elif arguments:
                    result = value(*arguments)
                else:
                    result = value
            data = encode((number, result))
        except ProtocolError as error:
            data = encode((number, "NotPlain", str(error)))
        except BaseException as error:
            data = encode((number, *explain(error)))
        send(out, data)
    send(out, END)


def send(out, data):
    data = pack("<I", len(data)) + data
    while data:
        data = data[write(out, data) :]


def answer_in_child(notebook, exercise, limits):
    """(how, bytes); how is "ended", or what stopped it: "time", "size", "exit 3", "signal 11"."""
    source, target = pipe()
    child = fork()
    if child == 0:
        try:
            setsid()
            limit_cpu(exercise["seconds"], last=True)
            answer(notebook, exercise, target)
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
    if stopped or data.endswith(END):
        return stopped or "ended", data
    number = waitstatus_to_exitcode(status)
    if number == -signal.SIGXCPU or used.ru_utime + used.ru_stime >= exercise["seconds"]:
        return "time", data
    return f"signal {-number}" if number < 0 else f"exit {number}", data


def collect(source, child, deadline):
    """What the child writes until it says that it is through, ends, or has had its time."""
    data, watch = b"", [source]
    ended = pidfd_open(child) if pidfd_open else None
    if ended is not None:
        watch.append(ended)
    try:
        while True:
            ready = wait_for(watch, [], [], max(deadline - now(), 0))[0]
            if not ready:
                return data, "time"
            if source in ready:
                piece = read(source, 1 << 20)
                data += piece
                if not piece or piece.endswith(END):
                    return data, None
                if len(data) > MAX_RESULTS:
                    return b"", "size"
            else:
                return data, None
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


def main():
    sys.meta_path.insert(0, Unneeded)
    job = decode(sys.stdin.buffer.read(), functions=True)
    out = job["out"]
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    open_streams()
    builtins.input = no_input
    del sys.path[0]  # the folder of this file
    importlib.import_module("nnlib")
    for module in job["imports"]:
        importlib.import_module(module)
    names = {exercise["name"] for exercise in job["exercises"]} | set(job["replace"])
    notebook = Notebook(names, job["replace"])
    send(out, encode(("start", "cell", 0)))
    for number, source in job["cells"]:
        send(out, encode(("start", "cell", number)))
        limit_cpu(job["limits"]["cell"])
        send(out, encode(("cell", number, notebook.run(number, source))))
    unlimit_cpu()
    for number, exercise in enumerate(job["exercises"]):
        send(out, encode(("start", "answer", number)))
        how, results, cell = "absent", b"", 0
        if exercise["name"] in notebook.answers:
            cell = notebook.answers[exercise["name"]][1]
            how, results = answer_in_child(notebook, exercise, job["limits"])
        send(out, encode(("answer", number, cell, how, results)))
    send(out, encode(("done",)))
    exit_now(0)


if __name__ == "__main__":
    main()
