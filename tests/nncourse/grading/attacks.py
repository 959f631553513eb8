"""More bad submissions: what takes memory, time and processes, what attacks the grader, what lies.

Each table is {name: (the notebook's bytes, the exercises that it loses)}. Three hold parts of
answers, which many.py puts into one notebook: SYSTEM what one to 05.5 does first, RESULTS what it
returns, and JUDGED what one to 05.6 returns. test_bad_submissions.py grades them all. An attack
that is answered by an error costs its exercise, as one that is stopped does.
"""

from tests.nncourse.grading.helpers import notebook

FIVE, SIX = ("05.5",), ("05.6",)


def function(body, result="np.max(x)"):
    """An answer to 05.5 that does something before it returns the right number."""
    lines = "".join(f"    {line}\n" for line in body.strip("\n").split("\n"))
    return f"def my_largest(x):\n{lines}    return {result}"


def answer(body, result="np.max(x)"):
    """A notebook with such an answer."""
    return notebook(my_largest=function(body, result))


def largest(result):
    return notebook(my_largest=f"def my_largest(x):\n    return {result}")


PIECE = "piece = b'x' * 50_000_000"
LIBC = "import ctypes; libc = ctypes.CDLL(None, use_errno=True)"
CHILDREN = """
import os, time
for _ in range(10):
    if os.fork() == 0:
        held = b'x' * 400_000_000
        time.sleep(60)
        os._exit(0)
time.sleep(3)
"""
DROPPED = """
import mmap
held = []
for _ in range(50):
    held.append(mmap.mmap(-1, 50_000_000))
    held[-1].write(b'x' * 50_000_000)
    held[-1].madvise(mmap.MADV_DONTNEED)
"""
ZERO = """
import mmap
file, held = open('/dev/zero', 'r+b'), []
for _ in range(50):
    held.append(mmap.mmap(file.fileno(), 50_000_000))
    held[-1].write(b'x' * 50_000_000)
"""
MEMFD = f"""
import os
{PIECE}
for _ in range(50):
    file = os.memfd_create('held')
    os.write(file, piece)
"""
SYSTEM_V = f"""
{LIBC}
libc.shmat.restype = ctypes.c_void_p
for _ in range(50):
    number = libc.shmget(0, 50_000_000, 0o1600)
    if number < 0:
        raise OSError(ctypes.get_errno())
    ctypes.memset(libc.shmat(number, None, 0), 1, 50_000_000)
"""
QUEUES = f"""
{LIBC}
if libc.mq_open(b'/held', 0o102, 0o600, None) < 0:
    raise OSError(ctypes.get_errno())
"""
SOCKETS = """
import socket
held = []
while True:
    pair = socket.socketpair()
    for end in pair:
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_000_000)
        try:
            while True:
                end.send(b'x' * 100_000)
        except BlockingIOError:
            held.append(end)
"""
SOCKETS_OF_MANY = """
import os, socket, time
for _ in range(40):
    if os.fork() == 0:
        held = []
        try:
            while True:
                held.append(socket.socketpair())
                for end in held[-1]:
                    end.setblocking(False)
                    try:
                        while True:
                            end.send(b'x' * 50_000)
                    except BlockingIOError:
                        pass
        except OSError:
            time.sleep(60)
time.sleep(3)
"""
PASSED = """
import array, os, socket
first, second = socket.socketpair()
for number in range(20_000):
    end, other = socket.socketpair()
    socket.send_fds(first, [b'x'], [end.fileno(), other.fileno()])
"""
EMPTY_FILES = """
import os
for number in range(3_000_000):
    os.close(os.open(f'/tmp/{number}', os.O_CREAT | os.O_WRONLY))
"""
PLACES = """
import os
piece, failed = b'x' * 20_000_000, 0
places = ('/', '/dev', '/usr', '/course', '/python', '/etc', '/lib', '/course/nnlib', '/proc')
for place in places:
    try:
        with open(place + '/held', 'wb') as file:
            file.write(piece)
    except OSError:
        failed += 1
if failed == len(places):
    raise OSError('nothing can be written there')
"""


def files_in(place):
    return f"""
{PIECE}
for number in range(50):
    with open('{place}/held%d' % number, 'wb') as file:
        file.write(piece)
"""


UNFINISHED = """
import os, time
held = []
os.write(3, (1_000_000).to_bytes(4, 'little'))
while True:
    held.append(b'x' * 40_000_000)
    for out in range(3, 30):
        try:
            os.write(out, b'x')
        except OSError:
            pass
    time.sleep(0.05)
"""
XATTR = """
import os
open('/tmp/held', 'w').close()
for number in range(100_000):
    os.setxattr('/tmp/held', f'user.{number}', b'x' * 60_000)
"""
MEMORY = {
    "memory in memfd": (answer(MEMFD), FIVE),
    "memory in System V's shared memory": (answer(SYSTEM_V), FIVE),
    "memory in message queues": (answer(QUEUES), FIVE),
    "memory in /dev/shm": (answer(files_in("/dev/shm")), FIVE),
    "memory in /tmp": (answer(files_in("/tmp")), FIVE),
    "memory in the mounts of the sandbox": (answer(PLACES), FIVE),
    "memory that is shared and dropped": (answer(DROPPED), FIVE),
    "memory shared through /dev/zero": (answer(ZERO), FIVE),
    "memory in sockets": (answer(SOCKETS), FIVE),
    "memory in the sockets of many": (answer(SOCKETS_OF_MANY), FIVE),
    "memory in sockets under way": (answer(PASSED), FIVE),
    "memory in many children": (answer(CHILDREN), FIVE),
    "memory in the children of a cell": (notebook(before=[CHILDREN]), ()),
    "memory in empty files": (answer(EMPTY_FILES), FIVE),
    "memory in attributes of files": (answer(XATTR), FIVE),
    "memory while a frame is never finished": (answer(UNFINISHED), FIVE),
    "memory in a text that grows": (
        answer("text = 'x' * 1000\nwhile True: text += text"),
        FIVE,
    ),
    "memory in a list of lists": (answer("held = []\nwhile True: held = [held, [0] * 100]"), FIVE),
    "memory in a number": (answer("number = 3\nwhile True: number *= number"), FIVE),
}


def syscall(number, *arguments):
    """Python that makes a call of the system by its number and raises where it is refused."""
    words = ", ".join(map(str, (number, *arguments)))
    return f"""
{LIBC}
if libc.syscall({words}) < 0:
    raise OSError(ctypes.get_errno())
"""


NAMESPACE = """
import os
os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNS) if hasattr(os, 'unshare') else None
import ctypes; libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x10020000) < 0:
    raise OSError(ctypes.get_errno())
"""
SYSTEM = {  # numbers of x86_64; another processor has other calls there, which are refused too
    "a namespace of its own": NAMESPACE,
    "a clone with a namespace of its own": syscall(56, 0x10000011, 0, 0, 0, 0),
    "clone3": syscall(435, 0, 0),
    "io_uring": syscall(425, 8, "ctypes.create_string_buffer(200)"),
    "userfaultfd": syscall(323, 1),
    "keyctl": syscall(250, 0, -3, 0),
    "add_key": syscall(248, "b'user'", "b'message'", "b'for the next'", 12, -3),
    "request_key": syscall(249, "b'user'", "b'message'", 0, -3),
    "ptrace of the parent": "import os\n" + syscall(101, 16, "os.getppid()", 0, 0),
    "memory of process 1": syscall(310, 1, 0, 0, 0, 0, 0),
    "a descriptor of process 1": syscall(438, 1, 0, 0),
    "inotify": syscall(294, 0),
    "fanotify": syscall(300, 0, 0),
    "bpf": syscall(321, 0, 0, 0),
    "perf_event_open": syscall(298, 0, 0, -1, -1, 0),
    "mount": syscall(165, "b'none'", "b'/tmp'", "b'tmpfs'", 0, 0),
    "chroot": "import os\nos.chroot('/tmp')",
    "another filter of calls": syscall(317, 1, 0, 0),
    "netlink": "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "vsock": "import socket\nsocket.socket(40, socket.SOCK_STREAM)",
    "a raw packet": "import socket\nsocket.socket(17, socket.SOCK_RAW)",
    "another processor": "import os\nos.sched_setaffinity(0, range(2))",
    "a higher limit": "import resource\nresource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999))",
}
NAPS = """
import time
end = time.monotonic() + 60
while time.monotonic() < end:
    time.sleep(0.2)
"""
BUSY_CHILDREN = """
import os
for _ in range(40):
    if os.fork() == 0:
        while True:
            pass
while True:
    pass
"""
LONG = [f"long_{n} = 0\nwhile True:\n    long_{n} += 1" for n in range(6)]
TIME = {
    "a power without end": (answer("3 ** 10 ** 9"), FIVE),
    "a sum without end": (answer("sum(range(10 ** 12))"), FIVE),
    "a power without end in a cell": (notebook(before=["3 ** 10 ** 9"]), ()),
    "a regular expression without end": (
        answer("import re\nre.match('(a+)+$', 'a' * 60 + 'b')"),
        FIVE,
    ),
    "naps for a minute": (answer(NAPS), FIVE),
    "stops itself": (answer("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"), FIVE),
    "waits for a lock that it has": (
        answer("import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()"),
        FIVE,
    ),
    "waits in a cell that never ends": (
        notebook(before=["import asyncio\nawait asyncio.sleep(1e6)"]),
        (),
    ),
    "busy children": (answer(BUSY_CHILDREN), FIVE),
    "several long cells": (notebook(before=LONG), ()),
    "long cells that swallow what stops them": (
        notebook(before=["while True:\n    try:\n        x = 1\n    except BaseException: pass"]),
        (),
    ),
    "a loop without end above the answer in its cell": (
        notebook(my_largest="while True:\n    pass\ndef my_largest(x):\n    return np.max(x)"),
        (),
    ),
    "a loop without end in the place of an answer": (
        notebook(my_largest="best = 0\nwhile True:\n    best += 1\nmy_largest = best"),
        (*FIVE,),
    ),
    "an alarm set in a cell": (notebook(before=["import signal\nsignal.alarm(1)"]), ()),
}
LIMIT = "import resource\nresource.setrlimit(resource.{}, ({}, {}))"
ENDS = {
    "stops itself in a cell": (
        notebook(before=["import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"]),
        (),
    ),
    "kills itself": (answer("import os\nos.kill(os.getpid(), 9)"), FIVE),
    "aborts": (answer("import os\nos.abort()"), FIVE),
    "exits in a thread": (
        answer("import threading, os\nthreading.Thread(target=os._exit, args=(0,)).start()"),
        FIVE,
    ),
    "a fork bomb in a cell": (notebook(before=["import os\nwhile True:\n    os.fork()"]), ()),
    "a fork bomb": (answer("import os\nwhile True:\n    os.fork()"), FIVE),
    "closes every file": (answer("import os\nos.closerange(0, 256)"), FIVE),
    "closes every file in a cell": (notebook(before=["import os\nos.closerange(0, 256)"]), ()),
    "limits processes to none": (notebook(before=[LIMIT.format("RLIMIT_NPROC", 0, 0)]), ()),
    "limits memory to nothing": (notebook(before=[LIMIT.format("RLIMIT_AS", 10, 10)]), ()),
    "limits files to three": (notebook(before=[LIMIT.format("RLIMIT_NOFILE", 3, 3)]), ()),
    "limits its processor": (notebook(before=[LIMIT.format("RLIMIT_CPU", 0, 0)]), ()),
    "does not hear of its children": (
        notebook(before=["import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)"]),
        (),
    ),
    "ignores all signals": (
        notebook(
            before=[
                "import signal\nfor n in range(1, 32):\n    try:\n"
                "        signal.signal(n, signal.SIG_IGN)\n    except OSError: pass"
            ]
        ),
        (),
    ),
    "recursion below Python": (
        answer("import sys\nsys.setrecursionlimit(10**7)\nf = lambda: f()\nf()"),
        FIVE,
    ),
    "KeyboardInterrupt": (answer("raise KeyboardInterrupt"), FIVE),
    "KeyboardInterrupt in a cell": (notebook(before=["raise KeyboardInterrupt"]), ()),
    "GeneratorExit": (answer("raise GeneratorExit"), FIVE),
    "an exception without a text": (
        answer(
            "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\nraise Odd()"
        ),
        FIVE,
    ),
    "an exception whose text never ends": (
        answer(
            "class Odd(Exception):\n    def __str__(self):\n        while True: pass\nraise Odd()"
        ),
        FIVE,
    ),
    "a working folder that is gone": (
        notebook(before=["import os\nos.mkdir('/tmp/a')\nos.chdir('/tmp/a')\nos.rmdir('/tmp/a')"]),
        (),
    ),
    "traces every line": (notebook(before=["import sys\nsys.settrace(lambda *a: None)"]), ()),
    "modules removed": (
        notebook(
            after=[
                "import sys\nfor name in list(sys.modules):\n"
                "    if name not in ('sys', 'builtins'): sys.modules.pop(name)"
            ]
        ),
        (),
    ),
}
FORGED_STARTS = """
import os, sys
protocol = sys.modules['protocol']
for number in range(2, 60):
    data = protocol.encode(('start', 'cell', number))
    os.write(OUT, len(data).to_bytes(4, 'little') + data)
while True:
    pass
""".replace("OUT", "3")
SEARCH = """
import gc
for thing in gc.get_objects():
    if type(thing) is dict and 'cases' in thing and 'reference' in thing:
        return thing['reference'](x)
return None
"""
FRAMES = """
import sys
frame = sys._getframe()
while frame is not None:
    for name in ('expected', 'reference', 'references', 'verdict'):
        if name in frame.f_locals or name in frame.f_globals:
            return np.max(x)
    frame = frame.f_back
return None
"""
ITSELF = """
class Yes:
    def __eq__(self, other): return True
    def __array__(self, *a, **k): return np.array(6.0)
    def __float__(self): return 6.0
    def __index__(self): return 6
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __lt__
    def __abs__(self): return 0.0
    def __sub__(self, other): return self
    __rsub__ = __pow__ = __sub__
"""
WORKER = """
import sys
worker = sys.modules.get('__main__'), sys.modules.get('protocol')
for name, module in list(sys.modules.items()):
    if name.startswith(('nncourse', 'protocol')):
        for key in list(vars(module)):
            if callable(vars(module)[key]) and key[0] != '_':
                try:
                    setattr(module, key, lambda *a, **k: b'forged')
                except Exception:
                    pass
"""
DECEIT = {
    "forged starts": (notebook(before=[FORGED_STARTS]), ()),
    "the grader's objects searched": (answer(SEARCH), FIVE),
    "the frames above searched": (answer(FRAMES, "None"), FIVE),
    "an object that is every number": (
        notebook(before=[ITSELF], my_largest="def my_largest(x):\n    return Yes()"),
        FIVE,
    ),
    "an object that is every number, for a judge": (
        notebook(before=[ITSELF], my_root="def my_root(start):\n    return Yes()"),
        SIX,
    ),
    "the worker's own functions replaced": (
        notebook(after=[WORKER], my_largest="def my_largest(x):\n    return np.min(x)"),
        FIVE,
    ),
    "an exception that says it is not written": (
        answer("class Missing(Exception): pass\nraise Missing('right')"),
        FIVE,
    ),
    "right for whom looks first": (
        answer("global first\nfirst = globals().get('first', 0) + 1", "np.max(x) * (first < 3)"),
        FIVE,
    ),
    "a promise": (notebook(my_largest="async def my_largest(x):\n    return np.max(x)"), FIVE),
    "a table of fixed cases": (
        largest("{3: 6.0, 1: 4.0}.get(len(x))"),
        FIVE,
    ),
}
RESULTS = {
    "an empty array with a huge side": "np.zeros((2**60, 0), np.int8)",
    "an empty array of twenty million rows": "np.zeros((20_000_000, 0))",
    "a list of ninety thousand lists": "[[1]] * 90_000",
    "thirty megabytes of numbers": "np.full(3_000_000, 6.0)",
    "thirty megabytes of text": "'6' * 1_000_000",
    "a number of a million digits": "10 ** 1_000_000",
    "lists fifty deep": "eval('[' * 50 + ']' * 50)",
    "a dict with a million keys": "dict.fromkeys(range(1_000_000))",
    "an array of objects": "np.array([np.max(x), None])",
    "an array of texts": "np.array(['6.0'])",
    "an array of records": "np.zeros(3, [('a', float), ('b', int)])",
    "an array of dates": "np.datetime64('2024-01-01')",
    "text for a number": "str(np.max(x))",
    "a list for a number": "[np.max(x)]",
    "a masked number": "np.ma.masked",
    "NaN": "np.nan",
    "infinity": "np.inf",
    "a complex number": "complex(np.max(x), 1)",
    "the class itself": "float",
    "NotImplemented": "NotImplemented",
    "an open file": "open('/dev/null')",
    "a memory view": "memoryview(bytes(8))",
    "a float16": "np.float16(np.max(x) + 1)",
}
JUDGED = {
    "an empty array for a judge": "np.zeros((20_000_000, 0))",
    "a list of ninety thousand lists for a judge": "[[1]] * 90_000",
    "a shape that meets another one": "np.ones((3000, 1, 1))",
    "a number of a million digits for a judge": "10 ** 1_000_000",
}
BLANKS = "1 / 0" + "\n" * 20_000
PARSER = "x = [" + "1," * 700_000 + "]"  # more than a megabyte
SOURCES = {
    "twenty thousand blank lines": (notebook(before=[BLANKS]), ()),
    "an error and blank lines around an answer": (
        notebook(my_largest="\n" * 5_000 + "1 / 0\n" + "\n" * 5_000 + "def my_largest(x: return x"),
        FIVE,
    ),
    "a cell of a megabyte": (notebook(before=[PARSER]), ()),
    "brackets that never close": (notebook(before=["(" * 5_000]), ()),
    "a thousand signs in front": (notebook(before=["-" * 100_000 + "1"]), ()),
    "a line of a million letters": (notebook(before=["# " + "x" * 1_000_000]), ()),
    "two hundred cells": (notebook(before=[f"v{n} = {n}" for n in range(200)]), ()),
    "names of cells that are control characters": (
        notebook(before=["raise ValueError('\\x1b[31m\\n<script>alert(1)</script>')"]),
        (),
    ),
}
TABLE = MEMORY | TIME | ENDS | DECEIT | SOURCES
