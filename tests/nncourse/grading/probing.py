"""Canaries lie outside the sandbox, and pieces of Python inside look for them.

python -m tests.nncourse.grading.probing prints what two submissions, one after the other, found, as
JSON: it runs as root and as an ordinary user. No probe may find its canary, and nothing that the
first submission left may be there for the second.
"""

import ctypes
import json
import os
import platform
import socket
import sys
import tempfile
import threading
from pathlib import Path

from nncourse.grading import sandbox
from nncourse.grading.protocol import encode, take_frames
from nncourse.grading.sandbox import Limits

CANARY = "canary-7f3a"
READ = "[read(p) for p in {}]"


def globbed(*patterns):
    return READ.format(f"[p for g in {patterns!r} for p in glob.glob(g) if os.path.isfile(p)]")


def sock(family, kind, address):
    return f"talk(socket.socket({family}, {kind}), {address})"


PROBES = {  # name: an expression; what it gives is searched for the canary
    "environment": "dict(os.environ)",
    "environment of the system's library": "libc.getenv(b'CANARY') and CANARY",
    "environment of process 1": READ.format("['/proc/1/environ']"),
    "environment of every process": globbed("/proc/*/environ"),
    "arguments of every process": globbed("/proc/*/cmdline"),
    "arguments": "sys.argv + sys.orig_argv",
    "memory of process 1": "(open('/proc/1/mem', 'rb').seek(4096), open('/proc/1/maps').read())",
    "memory of process 1 by a call": "libc.syscall(310, 1, 0, 0, 0, 0, 0) == 0 and CANARY",
    "tracing process 1": "libc.ptrace(16, 1, 0, 0) == 0 and CANARY",
    "tracing the parent": "libc.ptrace(16, os.getppid(), 0, 0) == 0 and CANARY",
    "descriptors": "[read_descriptor(n) for n in range(3, 256)]",
    "descriptors of process 1": globbed("/proc/1/fd/*"),
    "descriptors that are listed": "os.listdir('/proc/self/fd') + os.listdir('/dev/fd')",
    "a descriptor taken from process 1": (
        "libc.syscall(438, os.pidfd_open(1), 0, 0) >= 0 and CANARY"
    ),
    "session keyring": "key(-3)",
    "user keyring": "key(-4)",
    "user session keyring": "key(-5)",
    "process keyring": "key(-2)",
    "request of a key": f"libc.syscall(249, b'user', b'{CANARY}', None, 0) > 0 and CANARY",
    "keys that are listed": globbed("/proc/keys", "/proc/key-users"),
    "a file beside the course": READ.format("[FILE]"),
    "a file beside the course through a process": globbed("/proc/*/root/**/canary*"),
    "files everywhere": "[p for p in walk('/') if 'canary' in p]",
    "the course with its answers": "[p for p in walk('/') if 'lesson_05' in p and CANARY]",
    "mounts": globbed("/proc/self/mountinfo", "/proc/mounts", "/etc/mtab"),
    "the temporary folder of the host": "os.listdir('/tmp') + os.listdir('/var/tmp')",
    "shared memory of the host": "os.listdir('/dev/shm')",
    "System V's shared memory": "libc.shmget(0x7f3a, 4096, 0o666) >= 0 and CANARY",
    "message queues": "libc.mq_open(b'/canary', 2) >= 0 and CANARY",
    "semaphores": "libc.semget(0x7f3a, 1, 0o666) >= 0 and CANARY",
    "processes": "os.listdir('/proc')",
    "signals to the grader": "[n for n in GRADERS if kill(n) and CANARY]",
    "a listener on loopback": sock("socket.AF_INET", "socket.SOCK_STREAM", "('127.0.0.1', PORT)"),
    "a listener on loopback, IPv6": sock("socket.AF_INET6", "socket.SOCK_STREAM", "('::1', PORT)"),
    "a datagram on loopback": sock("socket.AF_INET", "socket.SOCK_DGRAM", "('127.0.0.1', PORT)"),
    "an abstract socket": sock("socket.AF_UNIX", "socket.SOCK_STREAM", "'\\0' + NAME"),
    "a socket in a folder": sock("socket.AF_UNIX", "socket.SOCK_STREAM", "FILE + '.socket'"),
    "vsock": sock("40", "socket.SOCK_STREAM", "(2, PORT)"),
    "netlink": sock("socket.AF_NETLINK", "socket.SOCK_RAW", "(0, 0)"),
    "netlink of the system's audit": "socket.socket(16, 3, 9) and CANARY",
    "raw packets": "socket.socket(17, 3, 3) and CANARY",
    "Bluetooth": "socket.socket(31, 3, 1) and CANARY",
    "a new user namespace": "libc.unshare(0x10000000) == 0 and CANARY",
    "a new network": "libc.unshare(0x40000000) == 0 and CANARY",
    "the namespace of process 1": "libc.setns(os.pidfd_open(1), 0) == 0 and CANARY",
    "io_uring": "libc.syscall(425, 8, ctypes.create_string_buffer(200)) >= 0 and CANARY",
    "the system's log": "libc.klogctl(3, ctypes.create_string_buffer(4096), 4096) > 0 and CANARY",
    "a terminal": "os.open('/dev/tty', os.O_RDWR) >= 0 and CANARY",
    "the frames above": "frames()",
    "the name of the machine": "os.uname().nodename",
}
HELP = """
import ctypes, functools, glob, os, socket, sys
CANARY = "canary" + "-7f3a"
libc = ctypes.CDLL(None, use_errno=True)
def read(path):
    try:
        return open(path, "rb").read(3_000_000)
    except OSError:
        return None
def talk(s, address):
    s.settimeout(0.3)
    s.connect(address)
    try:
        s.sendall(b"hello from inside")
    except BrokenPipeError:
        pass  # who listens has spoken and closed already
    return s.recv(100)
def key(ring):
    text = ctypes.create_string_buffer(4096)
    found = [libc.syscall(250, 10, ring, b"user", b"canary-7f3a", 0)]
    return [libc.syscall(250, 11, n, text, 4096) for n in found if n > 0] and text.value
def read_descriptor(n):
    try:
        return os.pread(n, 1000, 0)
    except OSError:
        return None
def kill(n):
    try:
        os.kill(n, 0)
        return True
    except OSError:
        return False
@functools.cache
def walk(top):
    return [os.path.join(f, n) for f, _, names in os.walk(top) for n in names]
def frames():
    frame, found = sys._getframe(), []
    while frame is not None:
        names = [k for k in frame.f_globals if k not in ("PROBES", "CANARY")]
        found += [str(frame.f_globals[k])[:5000] for k in names]
        frame = frame.f_back
    return [text for text in found if "expected" in text and CANARY]
def leave():
    for place in ("/tmp", "/dev/shm", "/course", "", "/dev", "/python"):
        try:
            open(place + "/left", "w").write("for the next one")
        except OSError:
            pass
    libc.syscall(248, b"user", b"left", b"for the next", 12, -3)
    libc.syscall(248, b"user", b"left", b"for the next", 12, -4)
"""
LOOK = """
found = {}
for name, probe in PROBES.items():
    try:
        found[name] = look(probe)
    except Exception as error:
        found[name] = type(error).__name__
left = [os.path.exists(p) for p in ("/tmp/left", "/dev/shm/left", "/course/left", "/left")]
left += [libc.syscall(250, 10, ring, b"user", b"left", 0) > 0 for ring in (-3, -4, -5)]
found["left"] = any(left)
if SHUT_IN:
    leave()
"""


class Listeners:
    """Sockets that give the canary to whoever comes; .heard is what they were told."""

    def __init__(self, folder):
        self.heard, self.open = [], []
        self.name = f"canary-{os.getpid()}"
        self.port = self.listen(socket.AF_INET, ("127.0.0.1", 0)).getsockname()[1]
        self.listen(socket.AF_UNIX, "\0" + self.name)
        self.listen(socket.AF_UNIX, f"{folder}/canary.txt.socket")
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", self.port))
        self.open.append(datagrams)
        threading.Thread(target=self.answer_datagrams, args=(datagrams,), daemon=True).start()

    def listen(self, family, address):
        server = socket.socket(family)
        server.bind(address)
        server.listen()
        self.open.append(server)
        threading.Thread(target=self.answer, args=(server,), daemon=True).start()
        return server

    def answer(self, server):
        while True:
            try:
                caller, _ = server.accept()
                self.heard.append("a caller")
                caller.sendall(CANARY.encode())
                caller.close()
            except OSError:
                return

    def answer_datagrams(self, server):
        while True:
            try:
                _, address = server.recvfrom(100)
                self.heard.append("a datagram")
                server.sendto(CANARY.encode(), address)
            except OSError:
                return


def plant_key():
    """A key in the keyrings of the one who grades; True where that is possible here."""
    number = {"x86_64": 248, "aarch64": 217}.get(platform.machine())
    add = ctypes.CDLL(None).syscall
    text = CANARY.encode()
    return number is not None and add(number, b"user", text, text, len(text), -3) > 0


OPEN = (  # what is found where nothing is shut in, and found fast
    *("environment of every process", "a file beside the course", "a listener on loopback"),
    *("a datagram on loopback", "an abstract socket", "a socket in a folder", "processes"),
)


def cell_of_probes(probes, **names):
    lines = [f"{name} = {value!r}" for name, value in names.items()]
    lines += [HELP, f"PROBES = {probes!r}", "look = lambda p: CANARY in str(eval(p, globals()))"]
    return "\n".join([*lines, LOOK])


def probe(way, source):
    """({probe: found or the kind of its error}, what the submission before has left)."""
    exercise = {"id": "1", "name": "found", "driver": None, "seconds": 20, "state": "", "at": 0}
    exercise["cases"] = [encode(())]
    job = {"cells": [(1, source)], "exercises": [exercise], "replace": {}, "imports": []}
    frames, _ = sandbox.run(job, way, Limits(), 60)
    cells = [frame[2] for frame in frames if frame[0] == "cell"]
    if cells != [None]:
        raise RuntimeError(f"the cell with the probes failed: {cells}")
    (data,) = [frame[4] for frame in frames if frame[0] == "answer"]
    (_, found), _ = take_frames(bytearray(data), first=(int, str))
    return found


def main():
    if os.environ.get("CANARY") != CANARY:  # it has to be there from the start of a process
        line = [sys.executable, *sys.orig_argv[1:]]
        os.execve(sys.executable, line, os.environ | {"CANARY": CANARY})
    folder = Path(tempfile.mkdtemp())
    file = folder / "canary.txt"
    file.write_text(CANARY, encoding="utf-8")
    opened = os.open(file, os.O_RDONLY)
    os.set_inheritable(opened, True)
    planted = plant_key()
    listeners = Listeners(folder)
    way = sandbox.find_way()
    names = {"FILE": str(file), "PORT": listeners.port, "NAME": listeners.name}
    names |= {"GRADERS": [os.getpid()]}
    found = [probe(way, cell_of_probes(PROBES, SHUT_IN=True, **names)) for _ in range(2)]
    told = {"way": way, "found": found, "heard": [*listeners.heard]}
    # the same probes where nothing is shut in: else none of them could fail
    some = {name: PROBES[name] for name in OPEN}
    told["open"] = probe("none", cell_of_probes(some, SHUT_IN=False, **names))
    print(json.dumps(told | {"planted": planted, "filter": bool(sandbox.filter_of(way))}))


if __name__ == "__main__":
    main()
