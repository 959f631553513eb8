"""Run code that may never end: run(body, seconds) comes back, and the kernel lives on.

In the main thread an alarm raises TimeIsUp inside the body. Where there is no alarm (Windows,
another thread) the body runs in a thread of its own, and TimeIsUp is raised there; a thread that
waits inside C code, or swallows everything, is then left behind. In a browser there are neither
alarms nor threads: there Python calls us at each line, and we look at the clock.
"""

import signal
import sys
import threading
import time

from nncourse.preflight import IN_A_TAB

AGAIN = 0.02  # seconds until the next alarm, for a body that swallowed one
PATIENCE = 1.0  # seconds of that, in a thread, before it is left behind


SLOWER = 5  # how many times as long Python takes in a browser: measured in training on XOR


class TimeIsUp(BaseException):
    """Not an Exception: `except Exception` does not catch it."""


def allowed(seconds):
    """The seconds that an answer may take here, where it may take this long on a computer."""
    return seconds * SLOWER if IN_A_TAB else seconds


def run(body, seconds):
    """Call body(); True if it ended by itself, False if it had to be stopped after seconds."""
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
        started = time.monotonic()
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
                left = max(left - (time.monotonic() - started), 0.001)
                signal.setitimer(signal.ITIMER_REAL, left, interval)
        return self.rings == 0

    def ring(self, number, frame):
        if not self.running:
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
    """Python's own monitoring (from 3.12 on) calls look() at each line and jump of the body.

    What swallows a TimeIsUp meets the next one at its next line. Libraries are not watched: a
    long call inside NumPy ends by itself.
    """

    def __init__(self, seconds):
        self.seconds = seconds
        self.late = False

    def run(self, body):
        watching, tool = sys.monitoring, sys.monitoring.PROFILER_ID
        events = watching.events.LINE | watching.events.JUMP | watching.events.PY_START
        self.end = time.monotonic() + self.seconds
        watching.use_tool_id(tool, "time limit")
        watching.restart_events()  # lines that an earlier watch had no interest in
        try:
            for event in (watching.events.LINE, watching.events.JUMP, watching.events.PY_START):
                watching.register_callback(tool, event, self.look)
            watching.set_events(tool, events)
            try:
                body()
            finally:
                watching.set_events(tool, 0)
        except TimeIsUp:
            pass
        finally:
            watching.free_tool_id(tool)
        return not self.late

    def look(self, code, *where):
        if code.co_filename == __file__ or "/lib/python" in code.co_filename:
            return sys.monitoring.DISABLE
        if time.monotonic() > self.end:
            self.late = True
            raise TimeIsUp
        return None


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
    thread.start()
    thread.join(seconds)
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
