"""Runs worker.py where it can read Python and nnlib, write to its own /tmp, and reach nothing else.

bubblewrap gives the worker its own mounts, processes, network (none) and user (not root); prlimit
its memory, file size, processes and seconds. The rest is done from out here, where the learner's
code cannot reach: run() reads what the worker sends, within a budget of bytes, and kills the whole
sandbox when a cell or an answer takes too long or all its processes together take too much memory.
"""

import functools
import os
import selectors
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nnlib
from nncourse.exercises import given
from nncourse.grading.protocol import ProtocolError, decode, encode

HERE = Path(__file__).resolve().parent
PACKAGE = Path(nnlib.__file__).resolve().parent
ROOT = PACKAGE.parent  # the course with its solutions, when nnlib is not installed as a copy
OVERRIDE = "--no-sandbox-i-trust-this-code"
REFUSAL = f"""\
Grading runs other people's code, so it needs a sandbox, and this machine gives none:
    {{why}}
What helps:
    Debian, Ubuntu   sudo apt install bubblewrap
    Fedora           sudo dnf install bubblewrap
    Ubuntu 24.04     if bubblewrap may not make user namespaces:
                     sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0
    Docker           docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined \\
                     --security-opt apparmor=unconfined ...
    Windows, macOS   grade in WSL 2, or in a Linux virtual machine
For work that you trust as much as your own there is {OVERRIDE}"""

# How the worker can be shut in, best first. As root: real mounts, and a user of its own, because a
# limit on processes does not hold for root even in a user namespace. Some containers refuse /proc.
WAYS_OF_ROOT = ("root, with /proc", "root", "user, with /proc", "user")
WAYS = ("user, with /proc", "user")

FONTS = "/course/matplotlib"  # where Matplotlib keeps its list of fonts
MAX_FRAMES = 10_000  # in one run; an honest one sends two for each cell and each exercise
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
    memory: int = 3_000_000_000  # bytes of address space for each process, resident for all
    file: int = 100_000_000  # bytes for a file, and for all of /tmp
    processes: int = 64
    output: int = 100_000_000  # bytes that the worker may send
    start: float = 60  # seconds on the clock until the worker runs


@dataclass(frozen=True)
class Stopped:
    """How a run ended: what ran last ("start", "cell" or "answer", and its number), and why.

    why is "done" when the worker said so, else what stopped it: "time", "memory", "size", "garbage"
    or, when it ended by itself, "ended". "total" is the time of the whole submission.
    """

    what: str
    number: int
    why: str


def run(job, way, limits, seconds):
    """Run the worker on a job: (frames that it sent, Stopped).

    `way` is what find_way() returned; `seconds` is how long the whole run may take. EngineError is
    raised when the worker never got as far as the first cell.
    """
    source, target = os.pipe()
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as complaints:
        told = {"cell": limits.cell, "wall": limits.wall, "alone": way != "none"}
        given.write(encode(job | {"out": target, "limits": told}, functions=True))
        given.seek(0)
        process = subprocess.Popen(
            command(way, limits),
            stdin=given,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            pass_fds=[target],
            start_new_session=True,
            cwd="/",
        )
        os.close(target)
        try:
            frames, stopped = watch(source, process, limits, time.monotonic() + seconds)
        finally:
            os.close(source)
            end(process)
        if stopped.what == "start":
            complaints.seek(0)
            text = complaints.read(2000).decode(errors="replace").strip()
            raise EngineError(f"the worker did not start: {stopped.why}. {text}".strip())
    return frames, stopped


def end(process):
    """Kill the worker; its sandbox, and every process in it, goes with it."""
    for kill in (lambda: os.killpg(process.pid, signal.SIGKILL), process.kill):
        try:
            kill()
        except OSError:
            continue
    process.wait()


# ------------------------------------------------------------------------ watching from outside
def watch(source, process, limits, deadline):
    """Read frames until the worker is through, or until something must be stopped."""
    frames, buffer, received, count = [], bytearray(), 0, 0
    what, number, until = "start", 0, time.monotonic() + limits.start
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while True:
            wait = min(until, deadline) - time.monotonic()
            if wait <= 0:
                return frames, Stopped(what, number, "time" if until <= deadline else "total")
            if not selector.select(min(wait, 0.25)):
                if resident(process.pid) > limits.memory:
                    return frames, Stopped(what, number, "memory")
                continue
            piece = os.read(source, 1 << 20)
            received += len(piece)
            buffer += piece
            if not piece or received > limits.output:
                return frames, Stopped(what, number, "size" if piece else "ended")
            try:
                for frame in take_frames(buffer):
                    count += 1
                    if count > MAX_FRAMES:
                        raise ProtocolError("too many frames")
                    if frame == ("done",):
                        return frames, Stopped(what, number, "done")
                    if frame[0] == "start":
                        what, number = check_start(frame)
                        seconds = limits.cell if what == "cell" else limits.call + 1
                        until = time.monotonic() + seconds * limits.wall
                    else:
                        frames.append(frame)
            except ProtocolError:
                return frames, Stopped(what, number, "garbage")


def take_frames(buffer, first=str):
    """Remove the complete frames from the front of the buffer: tuples that start with `first`."""
    while len(buffer) >= 4:
        (size,) = struct.unpack_from("<I", buffer)
        if len(buffer) < 4 + size:
            return
        frame = decode(bytes(buffer[4 : 4 + size]))
        del buffer[: 4 + size]
        if not (isinstance(frame, tuple) and frame and isinstance(frame[0], first)):
            raise ProtocolError("no frame")
        yield frame


def check_start(frame):
    match frame:
        case ("start", "cell" | "answer" as what, int(number)):
            return what, number
    raise ProtocolError("no frame")


def resident(pid):
    """Bytes that a process and all its descendants hold in memory (shared pages count for each)."""
    total, left = 0, [pid]
    while left:
        folder = f"/proc/{left.pop()}"
        try:
            with open(f"{folder}/statm", encoding="utf-8") as file:
                total += int(file.read().split()[1]) * PAGE
            for task in os.listdir(f"{folder}/task"):
                with open(f"{folder}/task/{task}/children", encoding="utf-8") as file:
                    left += file.read().split()
        except (OSError, IndexError, ValueError):
            continue  # it has ended meanwhile
    return total


PAGE = os.sysconf("SC_PAGE_SIZE")


# -------------------------------------------------------------------------------- shutting it in
def find_way(trusted=False):
    """The first way that works on this machine; NoSandbox says why none does.

    trusted=True gives "none" instead: the code then runs as you, and can do all that you can.
    """
    if trusted:
        return "none"
    way, why = working_way()
    if way is None:
        raise NoSandbox(REFUSAL.format(why=why))
    return way


@functools.cache
def working_way():
    """(way, None), or (None, why not), found by running an empty job."""
    if not shutil.which("bwrap"):
        return None, "bubblewrap (the program bwrap) is not installed."
    if not shutil.which("prlimit") or (os.geteuid() == 0 and not shutil.which("setpriv")):
        return None, "prlimit and setpriv are missing: install the package util-linux."
    empty = {"cells": [], "exercises": [], "replace": {}, "imports": []}
    whys = []
    for way in WAYS_OF_ROOT if os.geteuid() == 0 else WAYS:
        try:
            run(empty, way, Limits(), 60)
            return way, None
        except EngineError as error:
            whys.append(str(error))
    return None, whys[0]


def command(way, limits):
    """The whole command line of the worker."""
    # -S: no .pth file is run, and the packages are named on the command line
    python = [os.path.realpath(sys.executable), "-E", "-s", "-S", "-B"]
    if way == "none":
        return [*prlimit(limits), *python, str(HERE / "worker.py"), *libraries(), str(ROOT)]
    bind_worker = ["/course/worker/worker.py", *libraries(), "/course"]
    if way.startswith("root"):
        return [*bubblewrap(way, limits), *setpriv(), *prlimit(limits), *python, *bind_worker]
    return [*bubblewrap(way, limits), *prlimit(limits), *python, *bind_worker]


def prlimit(limits):
    if not shutil.which("prlimit"):
        return []
    return [
        *(shutil.which("prlimit"), f"--as={limits.memory}", f"--fsize={limits.file}", "--core=0"),
        *(f"--cpu={int(limits.total) + 1}", f"--nproc={limits.processes}"),
    ]


def setpriv():
    """Become a user that owns nothing; one for each grader, as limits count a user's processes."""
    user = 61184 + os.getpid() % 4096
    return [
        *(shutil.which("setpriv"), f"--reuid={user}", f"--regid={user}", "--clear-groups"),
        *("--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"),
    ]


def bubblewrap(way, limits):
    can = options()
    words = [shutil.which("bwrap"), "--die-with-parent", "--new-session", "--clearenv"]
    if way.startswith("root"):
        words += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        words += ["--unshare-cgroup-try", "--cap-drop", "ALL"]
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):  # until setpriv drops them
            words += ["--cap-add", capability]
    else:
        words += ["--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534"]
        words += ["--disable-userns"] if "--disable-userns" in can else []
    words += [*mounts(), "--dev", "/dev"]
    words += ["--proc", "/proc"] if way.endswith("/proc") else []
    size = ["--size", str(limits.file)] if "--size" in can else []
    perms = ["--perms", "1777"] if "--perms" in can else []
    for folder in ("/tmp", "/dev/shm", FONTS):
        words += [*perms, *size, "--tmpfs", folder]
    for file in sorted((Path.home() / ".cache" / "matplotlib").glob("fontlist-*.json")):
        words += ["--ro-bind", str(file), f"{FONTS}/{file.name}"]  # a second to make anew
    for name, value in ENVIRONMENT.items():
        words += ["--setenv", name, value]
    return [*words, "--chdir", "/tmp", "--"]


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


@functools.cache
def mounts():
    """What the worker can read: system libraries, Python, its packages, nnlib, what is given."""
    prefix, python = os.path.realpath(sys.base_prefix), os.path.realpath(sys.executable)
    shown = ["/usr/lib", "/usr/lib64", "/nix/store", "/etc/ld.so.cache"]
    shown += [shutil.which("prlimit"), shutil.which("setpriv")]
    # /usr is not shown whole: it may hold anything, the course too
    shown += [f"{prefix}/lib", python] if prefix in ("/usr", "/usr/local") else [prefix]
    words = []
    for path in ("/lib", "/lib64"):
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        else:
            shown.append(path)
    shown = [path for path in shown if path and os.path.exists(path)]
    for path in shown:
        words += show(path)
    installed = PACKAGE.parent.name in ("site-packages", "dist-packages")
    secret = str(PACKAGE if installed else ROOT)
    if any(inside(secret, path) for path in shown):
        words += ["--tmpfs", secret]
    for path in libraries():
        words += show(path)
        if inside(secret, path):
            words += ["--tmpfs", secret]
    words += ["--dir", "/course", "--dir", "/course/worker"]
    words += ["--ro-bind", str(PACKAGE), "/course/nnlib"]
    words += ["--dir", "/course/nncourse", "--dir", "/course/nncourse/exercises"]
    words += ["--ro-bind", str(Path(given.__file__).parent), "/course/nncourse/exercises/given"]
    for name in ("worker.py", "protocol.py"):
        words += ["--ro-bind", str(HERE / name), f"/course/worker/{name}"]
    return words


def show(path):
    """A read-only mount; the folders above it are made here, as bwrap makes them for root alone."""
    above = [str(folder) for folder in Path(path).parents][-2::-1]
    return [*(word for folder in above for word in ("--dir", folder)), "--ro-bind", path, path]


def inside(path, folder):
    return path == folder or path.startswith(folder.rstrip("/") + "/")
