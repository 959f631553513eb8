"""Runs worker.py where it can read Python and nnlib, write to its own /tmp, and reach nothing else.

bubblewrap gives the worker its own mounts, processes, network (none), user (not root) and an empty
environment; libseccomp's filter leaves it the system calls that Python needs (seccomp.py). Nothing
is mounted under the name that it has outside, and /proc not at all. The rest is done from out here,
where the learner's code cannot reach: run() hands over the job through a pipe, reads what the
worker sends within a budget of bytes, and kills the whole sandbox when a cell or an answer takes
too long, or all its processes together take too much memory. Where there is no bubblewrap, a
container does the same (container.py).
"""

import contextlib
import functools
import gzip
import hashlib
import importlib.util
import os
import py_compile
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import nnlib
from nncourse.exercises import given
from nncourse.grading import memory
from nncourse.grading.protocol import ProtocolError, encode, take_frames

HERE = Path(__file__).resolve().parent
PACKAGE = Path(nnlib.__file__).resolve().parent
ENGINE = HERE.parent
ROOT = ENGINE.parent  # the course with its solutions, when it is not installed as a copy
OVERRIDE = "--no-sandbox-i-trust-this-code"
REFUSAL = f"""\
Grading runs other people's code, so it needs a sandbox, and none could be started:
    {{why}}
What helps:
    Debian, Ubuntu   sudo apt install bubblewrap libseccomp2
    Fedora           sudo dnf install bubblewrap libseccomp
    Ubuntu 24.04     if bubblewrap may not make user namespaces:
                     sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0
    in Docker        docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined \\
                     --security-opt apparmor=unconfined ...
    macOS            start Docker Desktop or Podman: a container is then found by itself
    Windows          grade in WSL 2
For work that you trust as much as your own there is {OVERRIDE}"""

# -S: no .pth file is run, and the packages are named on the command line
FLAGS = ("-E", "-s", "-S", "-B", "-c")
# imported, the worker's bytecode can be kept; a script is compiled each time
START = "import sys; sys.path.insert(0, {folder!r}); import worker; worker.main()"
LABELS = "t10k-labels-idx1-ubyte.gz"  # which answers are judged by, and so others stand inside
FONTS = "/course/matplotlib"  # where Matplotlib keeps its list of fonts
MAX_FRAMES = 10_000  # in one run; an honest one sends two for each cell and each exercise
MAX_TEXT = 2_000  # characters of a message that is kept
TIME_SIGNALS = {"SIGXCPU": 24, "SIGPROF": 27}
ROUNDS = 0.1, 0.02  # seconds between two looks at the memory, and when much of it is taken
ENVIRONMENT = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": FONTS,
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
    "PYTHONHASHSEED": "0",
}


class NoSandbox(Exception):
    """This machine cannot isolate the learner's code; the message says what to do."""


class EngineError(Exception):
    """Grading itself failed, whatever the submission is worth."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use; seconds of a processor, and `wall` times as many on the clock."""

    cell: float = 10  # seconds for one cell
    call: float = 4  # seconds for all the calls of one exercise, unless the exercise says more
    wall: float = 4
    total: float = 300  # seconds on the clock for all runs of a submission
    memory: int = 3_000_000_000  # bytes of address space for each process, of all kinds for all
    file: int = 100_000_000  # bytes for a file, and for all of /tmp
    processes: int = 64
    files: int = 256  # that a process may have open
    output: int = 100_000_000  # bytes that the worker may send
    start: float = 60  # seconds on the clock until the worker runs


@dataclass(frozen=True)
class Stopped:
    """How a run ended: what ran last ("start", "cell" or "answer", and its number), and why.

    why is "done" when the worker said so, else what stopped it: "time", "memory", "size", "garbage"
    or, when it ended by itself, "ended". "total" is the time of the whole submission. starved:
    the answers that met their limit on the clock while they waited for a processor.
    """

    what: str
    number: int
    why: str
    starved: frozenset = frozenset()


def run(job, way, limits, seconds):
    """Run the worker on a job: (frames that it sent, Stopped).

    `way` is what find_way() returned; `seconds` is how long the whole run may take. EngineError is
    raised when the worker never got as far as the first cell.
    """
    told = {name: getattr(limits, name) for name in ("cell", "wall", "total", "memory", "file")}
    # an engine counts the processes of a container; a limit of ours would count those of all
    told |= {"processes": 0 if way == "container" else limits.processes}
    told |= {"files": limits.files, "alone": way != "none"}
    labels = (
        None
        if way == "none"
        else [LABELS.removesuffix(".gz"), hashlib.sha256(masked_labels()).hexdigest()]
    )
    given = encode(job | {"labels": labels, "limits": told}, functions=True)
    given = struct.pack("<I", len(given)) + given
    if way in ("root", "user"):
        keep_bytecode((*USUAL, *job["imports"]))
    process = start(way, limits)
    watch = Watch(process, given, limits, time.monotonic() + seconds, way)
    try:
        stopped = watch.until_stopped()
    finally:
        end(process, way)
        if watch.group is not None:
            watch.group.remove()
    if stopped.what == "start":
        raise EngineError(f"the worker did not start: {why_no_start(stopped.why, watch, way)}")
    return watch.frames, stopped


USUAL = ("matplotlib.pyplot", "IPython.core.inputtransformer2")  # what cells import, or cause to
LATER = {"torch": ("torch._dynamo",)}  # what a module imports when it is first used
IMPORTS = """
import contextlib, importlib, sys
for name in sys.argv[1:]:
    with contextlib.suppress(Exception):
        importlib.import_module(name)
"""


@functools.cache
def keep_bytecode(modules):
    """Import these out here, once, if they are not compiled: inside, nothing can be written.

    pip leaves it to Python to compile packages. A notebook that imports PyTorch costs a third then.
    """
    names = [name for module in modules for name in (module, *LATER.get(module, ()))]
    if any(map(lacks_bytecode, names)):
        environment = {**os.environ, "MPLBACKEND": "agg"}
        # -I: nothing is imported from the folder that is graded; and no variable forbids to keep it
        command = [sys.executable, "-I", "-c", IMPORTS, *names]
        subprocess.run(command, env=environment, capture_output=True, check=False)


def lacks_bytecode(name):
    """Could the bytecode of a module of a package be kept, and is not?"""
    package, *rest = name.split(".")
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return False
    place = Path(found.origin).parent.joinpath(*rest)
    for source in (place / "__init__.py", place.with_suffix(".py")):
        if source.is_file():
            kept = os.path.exists(importlib.util.cache_from_source(source))
            return not kept and os.access(source.parent, os.W_OK)
    return False


def start(way, limits):
    """The process of the worker, with pipes to it and from it, and nothing else of ours."""
    if way == "container":
        from nncourse.grading import container

        return container.start(limits)
    read = []
    try:
        if way != "none":
            read = [feed(data) for data in (*filter_of(way), masked_labels()) if data]
        with on_one_processor():
            return subprocess.Popen(
                command(way, limits, *read),
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=read,
                env={} if way != "none" else ENVIRONMENT,
                start_new_session=True,
                cwd="/",
            )
    except OSError as error:
        raise EngineError(f"the worker did not start: {error}") from error
    finally:
        for descriptor in read:
            os.close(descriptor)


def feed(data):
    """The reading end of a pipe that holds a few thousand bytes."""
    source, target = os.pipe()
    os.write(target, data)
    os.close(target)
    return source


@contextlib.contextmanager
def on_one_processor():
    """What is started meanwhile stays on the processor of this grader."""
    if not hasattr(os, "sched_setaffinity"):  # macOS
        yield
        return
    before = os.sched_getaffinity(0)  # of this thread alone
    os.sched_setaffinity(0, {our_processor()})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def our_processor():
    """The number of a processor that no other grader on this machine has, while there is one.

    A name that is taken in the abstract sockets of Linux is free again when its process ends.
    """
    if not hasattr(mine, "processor"):
        mine.processor = free_processor()
    return mine.processor


mine = threading.local()  # a grader is a thread of its process
held = []


def free_processor():
    numbers = sorted(os.sched_getaffinity(0))
    for number in numbers:
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0nncourse-grades-on-processor-{number}")
        except OSError:
            name.close()
            continue
        held.append(name)
        return number
    return numbers[threading.get_native_id() % len(numbers)]


def user():
    """One for each grader, as the limit on processes counts those of a user."""
    return 61184 + threading.get_native_id() % 4096


def end(process, way):
    """Kill the worker; its sandbox, and every process in it, goes with it."""
    if way == "container":
        from nncourse.grading import container

        container.end(process)
    for kill in (lambda: os.killpg(process.pid, signal.SIGKILL), process.kill):
        try:
            kill()
        except OSError:
            continue
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()


# ------------------------------------------------------------------------ watching from outside
class Watch:
    """Sends the job and reads frames until the worker is through, or must be stopped."""

    def __init__(self, process, given, limits, deadline, way):
        self.process, self.given, self.limits, self.deadline = process, given, limits, deadline
        self.way = way
        self.frames, self.buffer, self.complaints = [], bytearray(), b""
        self.received = self.count = 0
        self.what, self.number, self.begun = "start", 0, set()
        self.until = time.monotonic() + limits.start
        self.starved, self.turns, self.before = set(), {}, (0.0, 0.0)
        self.began = time.monotonic()
        self.group = None  # a cgroup, where there are any

    def until_stopped(self):
        """Stopped, and the frames are in .frames."""
        why = self.why()
        starved = frozenset(self.starved)
        return Stopped(self.what, self.number, why, starved)

    def why(self):
        process, look = self.process, time.monotonic() + ROUNDS[0]
        with selectors.DefaultSelector() as selector:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE, self.send)
            selector.register(process.stdout, selectors.EVENT_READ, self.receive)
            selector.register(process.stderr, selectors.EVENT_READ, self.listen)
            while True:
                now = time.monotonic()
                if min(self.until, self.deadline) <= now:
                    self.note_if_starved(self.what, self.number)
                    return "time" if self.until <= self.deadline else "total"
                if now >= look:
                    taken = self.look()
                    if taken > self.limits.memory:
                        return "memory"
                    look = time.monotonic() + ROUNDS[taken > self.limits.memory / 4]
                wait = max(min(self.until, self.deadline, look) - now, 0)
                for key, _ in selector.select(wait):
                    why = key.data(selector)
                    if why:
                        return why

    def look(self):
        """The bytes that the worker holds; also how long its processes have waited for a turn."""
        if self.way == "container":
            return 0  # its own limit holds
        found = memory.of(self.process.pid, self.limits.memory)
        self.turns |= found.turns
        return found.bytes

    def all_turns(self):
        """Seconds that its processes ran, and that they waited for their turn, all together."""
        return tuple(map(sum, zip(*self.turns.values(), strict=True))) or (0.0, 0.0)

    def was_starved(self):
        """Did others have the processor for a good part of the time of what runs now?

        A crowd of its own children waits too, but then they have the processor all the time.
        """
        ran, waited = (now - then for now, then in zip(self.all_turns(), self.before, strict=True))
        passed = time.monotonic() - self.began
        return waited > 0.2 * passed and ran < 0.7 * passed

    def note_if_starved(self, what, number):
        self.look()
        if self.was_starved():
            self.starved.add((what, number))

    def send(self, selector):
        pipe = self.process.stdin
        try:
            self.given = self.given[os.write(pipe.fileno(), self.given[:65536]) :]
        except BlockingIOError:
            return
        except OSError:  # it has ended: the other pipes say how
            self.given = b""
        if not self.given:
            selector.unregister(pipe)
            if self.way != "container":  # there the open pipe says that the grader is alive
                pipe.close()
        return

    def listen(self, selector):
        piece = os.read(self.process.stderr.fileno(), 65536)
        self.complaints = (self.complaints + piece)[:MAX_TEXT]
        if not piece:
            selector.unregister(self.process.stderr)

    def receive(self, selector):
        piece = os.read(self.process.stdout.fileno(), 1 << 20)
        self.received += len(piece)
        self.buffer += piece
        if not piece:
            return self.how_it_ended(selector)
        if self.received > self.limits.output:
            return "size"
        try:
            for frame in take_frames(self.buffer):
                self.count += 1
                if self.count > MAX_FRAMES:
                    raise ProtocolError("too many frames")
                if frame == ("done",):
                    return "done"
                self.take(frame)
        except ProtocolError:
            return "garbage"
        return None

    def take(self, frame):
        """A step begins, or something of a known form is kept; other frames are passed over."""
        match frame:
            case ("start", "cell" | "answer" as what, int(number)):
                if (what, number) in self.begun:
                    raise ProtocolError("this began before")
                if not self.begun and self.way != "container":
                    memory.kill_first(self.process.pid)
                    # a little more, so that it is we who notice and can say what it was
                    most = self.limits.memory + 100_000_000
                    self.group = memory.Group.of(self.process.pid, most, self.limits.processes)
                self.begun.add((what, number))
                self.what, self.number = what, number
                seconds = self.limits.cell if what == "cell" else self.limits.call + 1
                self.began = time.monotonic()
                # the worker stops by itself what can be stopped: two seconds are for that
                self.until = self.began + seconds * self.limits.wall + 2
                self.before = self.all_turns()
            case ("cell", int(), None):
                self.frames.append(frame)
            case ("cell", int(number), (str(kind), str(text), int(), int())):
                if len(kind) + len(text) <= MAX_TEXT:
                    self.frames.append(frame)
                    if kind == "Timeout":
                        self.note_if_starved("cell", number)
            case ("answer", int(number), int(), str(how), bytes(), str(others)):
                if len(how) + len(others) <= MAX_TEXT:
                    self.frames.append(frame)
                    if how == "wall":
                        self.note_if_starved("answer", number)
            case ("start", *_):
                raise ProtocolError("no frame")

    def how_it_ended(self, selector):
        """The worker has closed its pipe: was it the clock of the system that ended it?"""
        try:
            code = self.process.wait(2)
        except subprocess.TimeoutExpired:
            return "ended"
        if not self.complaints and self.process.stderr in selector.get_map():
            self.listen(selector)
        if code in {*TIME_SIGNALS.values()} | {128 + number for number in TIME_SIGNALS.values()}:
            return "time"
        return "time" if -code in TIME_SIGNALS.values() else "ended"


# -------------------------------------------------------------------------------- shutting it in
def find_way(trusted=False):
    """The way that works on this machine; NoSandbox says why none does.

    trusted=True gives "none" instead: the code then runs as you, and can do all that you can.
    """
    if trusted:
        return "none"
    way, why = working_way()
    if way is None:
        raise NoSandbox(REFUSAL.format(why=why))
    return way


def trial():
    """Start the sandbox once: (True, how it is shut in) or (False, which piece is missing).

    A container's image is not built for it: the piece that is missing is then the image.
    """
    way, why = working_way(build=False)
    if way is None:
        return False, why
    if way == "container":
        return True, "a container shuts a learner's code in"
    if not filter_of(way):
        return True, (
            "bubblewrap shuts a learner's code in, without a filter of system calls: libseccomp is "
            "missing (Debian, Ubuntu: sudo apt install libseccomp2; and pip install pyseccomp)"
        )
    return True, "bubblewrap and a filter of system calls shut a learner's code in"


@functools.cache
def working_way(build=True):
    """(way, None), or (None, why not), found by running an empty job; build: a container's image.

    "root" makes real mounts and becomes a user of its own, since a limit on processes does not hold
    for root even in a user namespace; "user" has a user namespace; "container" is Docker or Podman.
    """
    empty = {"cells": [], "exercises": [], "replace": {}, "imports": []}
    whys = []
    for way in possible_ways(build):
        if way.startswith("!"):
            whys.append(way[1:])
            continue
        try:
            run(empty, way, Limits(), 60)
            return way, None
        except EngineError as error:
            whys.append(str(error))
    return None, "\n    ".join(whys)


def possible_ways(build):
    """Names of ways, the best first, and after a "!" why one cannot be tried."""
    if not sys.platform.startswith("linux"):
        yield "!bubblewrap, which shuts a learner's code in, exists for Linux alone."
    elif not shutil.which("bwrap"):
        yield "!bubblewrap (the program bwrap) is not installed."
    else:
        yield "root" if os.geteuid() == 0 else "user"
    from nncourse.grading import container

    why = container.why_not(build)
    yield f"!{why}" if why else "container"


def why_no_start(why, watch, way):
    """The sentence about a worker that never ran, with the path or the right that is missing."""
    said = watch.complaints.decode(errors="replace").strip().replace("\n", " ")
    unreadable = [] if way in ("none", "container") else unreadable_paths(way == "root")
    if unreadable:
        return (
            f"it runs as a user of its own, who may not read {unreadable[0]} "
            "(its rights, or those of a folder above it, are for its owner alone)."
        )
    if "uid map" in said or "namespace" in said or "Operation not permitted" in said:
        said += " (The system does not allow ordinary users to make user namespaces.)"
    ended = {"ended": "it ended at once.", "time": "it took too long."}.get(why, f"{why}.")
    return f"{ended} {said}".strip()


def unreadable_paths(as_root):
    """Which of the mounted paths the worker's user may not read."""
    paths = [source for source, _ in shown()]
    if as_root:  # the folders above are not asked, as the mounts are made by root
        mine = {path: path.stat().st_mode for path in map(Path, paths) if path.exists()}
        return [str(p) for p, mode in mine.items() if not mode & 0o004]
    return [path for path in paths if os.path.lexists(path) and not os.access(path, os.R_OK)]


def filter_of(way):
    """[the filter of system calls], or [] where libseccomp is missing."""
    from nncourse.grading import seccomp

    try:
        return [seccomp.rules(way == "root")]
    except ImportError:
        return []


def command(way, limits, *descriptors):
    """The whole command line of the worker; descriptors: of the filter, if any, and the labels."""
    if way == "none":
        python, start = os.path.realpath(sys.executable), START.format(folder=str(HERE))
        return [python, *FLAGS, start, *libraries(), str(ROOT)]
    places = [f"/course/packages/{number}" for number in range(len(libraries()))]
    worker = [inside_python(), *FLAGS, START.format(folder="/course/worker"), *places, "/course"]
    return [*bubblewrap(way, limits, *descriptors), *worker]


def bubblewrap(way, limits, *descriptors):
    can = options()
    *rules, labels = map(str, descriptors)
    words = [shutil.which("bwrap"), "--die-with-parent", "--new-session", "--clearenv"]
    if way == "root":
        words += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        words += ["--unshare-cgroup-try", "--cap-drop", "ALL"]
        for capability in ("CAP_SETUID", "CAP_SETGID"):  # until the worker has another user
            words += ["--cap-add", capability]
    else:
        words += ["--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534"]
        words += ["--disable-userns"] if "--disable-userns" in can else []
    perms = (lambda mode: ["--perms", mode]) if "--perms" in can else (lambda mode: [])
    words += [*mounts(), *perms("0444"), "--ro-bind-data", labels]
    words.append(f"/course/nnlib/datasets/files/{LABELS}")
    words += ["--dir", "/dev"]
    for device in ("null", "urandom", "random"):
        words += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    for folder, size in (("/tmp", limits.file), ("/dev/shm", limits.file), (FONTS, 1_000_000)):
        words += (
            perms("1777") + (["--size", str(size)] if "--size" in can else []) + ["--tmpfs", folder]
        )
    for file in sorted((Path.home() / ".cache" / "matplotlib").glob("fontlist-*.json")):
        words += ["--ro-bind", str(file), f"{FONTS}/{file.name}"]  # a second to make again
    environment = ENVIRONMENT | library_path()
    if way == "root":
        environment |= {"NNCOURSE_USER": str(user())}
    for name, value in environment.items():
        words += ["--setenv", name, value]
    words += [word for rule in rules for word in ("--seccomp", rule)]
    return [*words, "--remount-ro", "/", "--hostname", "sandbox", "--chdir", "/tmp", "--"]


@functools.cache
def options():
    """The options that this bubblewrap has: they came one by one over the years."""
    bwrap = [shutil.which("bwrap"), "--help"]
    text = subprocess.run(bwrap, capture_output=True, text=True, check=False).stdout
    return frozenset(word for word in text.split() if word.startswith("--"))


@functools.cache
def libraries():
    """The folders of installed packages, as sys.path has them."""
    found = [os.path.realpath(path) for path in sys.path if os.path.isdir(path)]
    return [path for path in found if path.endswith(("site-packages", "dist-packages"))]


def own_prefix():
    """Where Python is installed, if it is a folder of its own that can be shown under any name."""
    prefix = os.path.realpath(sys.base_prefix)
    return None if prefix in ("/usr", "/usr/local") or prefix.startswith("/nix/") else prefix


def inside_python():
    """Python's own file, as it is called inside."""
    python, prefix = os.path.realpath(sys.executable), own_prefix()
    if prefix is None or not inside(python, prefix):
        return python
    return "/python" + python.removeprefix(prefix)


def library_path():
    """libpython.so is looked for where Python was installed: that has another name inside."""
    return {} if own_prefix() is None else {"LD_LIBRARY_PATH": "/python/lib"}


@functools.cache
def shown():
    """[(path outside, path inside)] of what the worker can read."""
    prefix, python = os.path.realpath(sys.base_prefix), os.path.realpath(sys.executable)
    same = ["/usr/lib", "/usr/lib64", "/nix/store", "/etc/ld.so.cache"]
    same += [path for path in ("/lib", "/lib64") if not os.path.islink(path)]
    # /usr is not shown whole: it may hold anything, the course too
    if own_prefix() is None:
        same += [f"{prefix}/lib", python]
    pairs = [(path, path) for path in same if os.path.exists(path)]
    if own_prefix() is not None:
        pairs.append((prefix, "/python"))
    pairs += [(path, f"/course/packages/{n}") for n, path in enumerate(libraries())]
    course = [pair for pair in shown_of_course() if pair[0].endswith(".py")]
    kept = [(bytecode(path), path, name) for path, name in course]
    pairs += [(path, placed_beside(name, path)) for path, _, name in kept if path]
    return (*pairs, *shown_of_course())


def bytecode(path):
    """The file with a module's bytecode, made if need be; None where it cannot be written."""
    try:
        return py_compile.compile(path, doraise=True)
    except (OSError, py_compile.PyCompileError):
        return None


def placed_beside(name, path):
    return f"{os.path.dirname(name)}/__pycache__/{os.path.basename(path)}"


def shown_of_course():
    """The same of the course alone: the library, what is given, the worker."""
    pairs = [(str(PACKAGE), "/course/nnlib")]
    pairs.append((str(Path(given.__file__).parent), "/course/nncourse/exercises/given"))
    judging = ENGINE / "judging"
    pairs += [
        (str(judging / name), f"/course/nncourse/judging/{name}")
        for name in ("plain.py", "calls.py")
    ]
    pairs += [(str(HERE / name), f"/course/worker/{name}") for name in ("worker.py", "protocol.py")]
    return pairs


@functools.cache
def mounts():
    """The words for bwrap that show all this, and hide the course where it lies inside of it."""
    words = []
    for path in ("/lib", "/lib64"):
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
    copies = [f"{library}/{name}" for library in libraries() for name in ("nnlib", "nncourse")]
    secrets = {str(PACKAGE), str(ENGINE), *(os.path.realpath(copy) for copy in copies)}
    if PACKAGE.parent.name not in ("site-packages", "dist-packages"):
        secrets.add(str(ROOT))
    for path, name in shown():
        above = [str(folder) for folder in Path(name).parents][-2::-1]
        words += [word for folder in above for word in ("--dir", folder)]
        words += ["--ro-bind", path, name]
        if name.startswith(("/course/nn", "/course/worker")):
            continue
        for secret in sorted(secrets):
            if inside(secret, path) and os.path.isdir(secret):
                words += ["--tmpfs", name + secret.removeprefix(path), "--remount-ro"]
                words += [name + secret.removeprefix(path)]
    return tuple(words)


@functools.cache
def masked_labels():
    """The file of the test labels in another order: what is judged by them cannot be looked up."""
    data = bytearray(gzip.decompress((PACKAGE / "datasets" / "files" / LABELS).read_bytes()))
    labels = np.frombuffer(bytes(data[8:]), np.uint8)
    data[8:] = np.random.default_rng(2**31 - 1).permutation(labels).tobytes()
    return gzip.compress(bytes(data), mtime=0)


def inside(path, folder):
    return path == folder or path.startswith(folder.rstrip("/") + "/")
