"""Run code that may never end: run(body, seconds) comes back, and the kernel lives on.

In the main thread an alarm raises TimeIsUp inside the body. Where there is no alarm (Windows,
another thread) the body runs in a thread of its own, and TimeIsUp is raised there; a thread that
waits inside C code, or swallows everything, is then left behind. In a browser there are neither
alarms nor threads: there Python calls us at each turn of a loop, and we look at the clock.

The seconds are those of the computer on which the exercises were timed. When they are over, this
computer's own speed is measured: an old or a busy one, or a browser tab, gets longer in proportion.
"""

import signal
import sys
import threading
import time

from nncourse.preflight import IN_A_TAB

AGAIN = 0.02  # seconds until the next alarm, for a body that swallowed one
PATIENCE = 1.0  # seconds of that, in a thread, before it is left behind
NORMAL = 0.034  # seconds that work() takes on the computer where the exercises were timed
SLOWEST = 30  # times as slow: more is not believed
MANY, SOON = 100, 0.01  # turns of a loop between two looks at the clock, if seconds apart


class TimeIsUp(BaseException):
    """Not an Exception: `except Exception` does not catch it."""


class Deadline:
    """The end of so many seconds, and later than that on a slow computer."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.began = time.monotonic()
        self.end = self.began + seconds

    def passed(self):
        """Is the time up? Only when it seems so is the speed measured, as it is just then."""
        if time.monotonic() < self.end:
            return False
        self.end = self.began + self.seconds * slowness()
        return time.monotonic() >= self.end


def slowness():
    """How many times as long as normal this computer takes just now; at least 1."""
    began = time.perf_counter()
    work()
    return min(max((time.perf_counter() - began) / NORMAL, 1.0), SLOWEST)


def work():
    """A million small steps of Python, whose speed is much the same as that of small arrays."""
    number = 0
    for step in range(1_000_000):
        number = (number * 31 + step) % 65537
    return number


def run(body, seconds):
    """Call body(); True if it ended by itself, False if it had to be stopped.

    seconds: as on the computer on which the exercises were timed; see Deadline.
    """
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return Alarm(seconds).run(body)
    if IN_A_TAB:
        return Watch(seconds).run(body)
    return run_in_thread(body, seconds)


class Alarm:
    """A SIGALRM after seconds, and then again and again until the body has ended.

    `while True: try: ... except: pass` swallows an alarm and goes on. So from the second alarm on
    the body is also traced, and its next line, which stands in that `except`, raises once more.
    """

    def __init__(self, seconds):
        self.seconds = seconds
        self.rings = 0
        self.running = False

    def run(self, body):
        tracing = sys.gettrace()
        handler = signal.signal(signal.SIGALRM, self.ring)
        self.deadline = Deadline(self.seconds)
        left, interval = signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN)
        self.running = True
        try:
            try:
                body()
            finally:
                self.running = False
        except TimeIsUp:
            self.running = False
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            sys.settrace(tracing)
            signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
            if left:  # somebody else's alarm, like that of a test's own time limit
                left = max(left - (time.monotonic() - self.deadline.began), 0.001)
                signal.setitimer(signal.ITIMER_REAL, left, interval)
        return self.rings == 0

    def ring(self, number, frame):
        if not self.running:
            return
        if self.rings == 0:
            signal.setitimer(signal.ITIMER_REAL, 0)  # no alarm while this one is answered
            passed = self.deadline.passed()
            wait = AGAIN if passed else max(self.deadline.end - time.monotonic(), AGAIN)
            signal.setitimer(signal.ITIMER_REAL, wait, AGAIN)
            if not passed:
                return
        self.rings += 1
        if self.rings == 2:
            signal.setitimer(signal.ITIMER_REAL, AGAIN / 20, AGAIN / 20)
        if self.rings > 1:
            while frame is not None and frame.f_code is not Alarm.run.__code__:
                frame.f_trace = self.trace
                frame = frame.f_back
            sys.settrace(self.trace)
        raise TimeIsUp

    def trace(self, frame, event, argument):
        if self.running and event == "line":
            raise TimeIsUp
        return self.trace if self.running else None


class Watch:
    """Python's own monitoring (from 3.12 on) calls look() at each jump and each call of the body.

    Whatever never ends jumps or calls forever. What swallows a TimeIsUp meets the next one at its
    next jump. Libraries are not watched: a long call inside NumPy ends by itself.
    """

    def __init__(self, seconds):
        self.seconds = seconds
        self.late = False

    def run(self, body):
        watching, tool = sys.monitoring, sys.monitoring.PROFILER_ID
        events = watching.events.JUMP, watching.events.PY_START
        watching.use_tool_id(tool, "time limit")
        watching.restart_events()  # places that an earlier watch had no interest in
        look = self.looker()
        try:
            for event in events:
                watching.register_callback(tool, event, look)
            watching.set_events(tool, sum(events))
            try:
                body()
            finally:
                watching.set_events(tool, 0)
        except TimeIsUp:
            pass
        finally:
            watching.free_tool_id(tool)
        return not self.late

    def looker(self):
        deadline = Deadline(self.seconds)
        now, disable = time.monotonic, sys.monitoring.DISABLE
        left, last = 1, now()

        def look(code, place, target=None):
            nonlocal left, last
            left -= 1
            if left > 0 and not self.late:
                return None
            if code.co_filename == __file__ or "/lib/python" in code.co_filename:
                return disable
            moment = now()
            # a look at the clock costs more than a turn of a small loop: one for many of these
            left, last = MANY if moment - last < SOON else 1, moment
            if self.late or deadline.passed():
                self.late = True
                raise TimeIsUp
            return None

        return look


def run_in_thread(body, seconds):
    import ctypes  # here: a browser's Python has it only as a package of its own

    errors = []

    def keep_errors():
        try:
            body()
        except TimeIsUp:
            return
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=keep_errors, daemon=True)
    deadline = Deadline(seconds)
    thread.start()
    thread.join(seconds)
    while thread.is_alive() and not deadline.passed():
        thread.join(max(deadline.end - time.monotonic(), AGAIN))
    ended = not thread.is_alive()
    give_up = time.monotonic() + PATIENCE
    while thread.is_alive() and time.monotonic() < give_up:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(TimeIsUp)
        )
        thread.join(AGAIN)
    if ended and errors:
        raise errors[0]
    return ended
