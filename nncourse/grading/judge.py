"""Judges what came back from a worker, in a process with limits of time and memory of its own.

The learner's data are compared here, and none of the learner's code runs. One process serves all
submissions of a grader, and computes each reference and each mistake once. When a result makes it
run into its limits, it ends, the result counts as wrong, and the next one finds a new process.

    question: {"module", "seed", "cells": {number: source}, "asked": [{"id", "missing", "data"}]}
    answers:  a dict of plain values for each that is asked: what marking.py puts into a mark
"""

import functools
import importlib
import json
import os
import select
import signal
import struct
import subprocess
import sys
from itertools import islice

from nncourse.exercises import Failure, verdict
from nncourse.grading.protocol import ProtocolError, decode, encode, take_frames
from nncourse.judging import calls
from nncourse.judging.compare import show
from nncourse.judging.plain import MAX_ENTRIES

SECONDS = 10  # of a processor, for comparing what one exercise gave
WALL = 6  # times as many on the clock
MUCH = 5_000_000  # bytes of results, or of cells, that go in one question
MEMORY = 500_000_000  # bytes above what it has when it starts
BREACH = (
    "What came back could not be compared: it takes more {what} than there is for that. Is it far "
    "larger than it should be?"
)


# ----------------------------------------------------------------------- in the grader's process
class Judge:
    """Asks the judging process, which is started when it is first needed."""

    def __init__(self):
        self.process = None

    def ask_all(self, question):
        """The answers to all that is asked; {"breach": "time" or "memory"} where it is too much.

        All go at once; only where one of them ends the process, each goes alone.
        """
        asked = question["asked"]
        if len(asked) > 1 and sum(len(one["data"]) for one in asked) < MUCH:
            answers = self.ask(question)
            if answers is not None:
                return answers
        alone = (self.ask(question | {"asked": [one]}) for one in asked)
        return [answers[0] if answers else {"breach": "time"} for answers in alone]

    def ask(self, question):
        """The answers, or None when the process came to its end."""
        if self.process is None or self.process.poll() is not None:
            self.stop()
            self.process = self.begin()
        if sum(map(len, question["cells"].values())) > MUCH:
            question = question | {"cells": {}}  # then no line of code is quoted
        data = encode(question)
        try:
            self.process.stdin.write(struct.pack("<I", len(data)) + data)
            self.process.stdin.flush()
            (size,) = struct.unpack("<I", self.read(4))
            return decode(self.read(size))
        except (OSError, EOFError, struct.error):
            self.stop()
            return None

    def begin(self):
        start = "import json, sys; sys.path[:] = json.loads(sys.argv.pop())\n"
        start += "from nncourse.grading.judge import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", start, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        if process.stdout.read(4) != b"here":  # so its start is no part of anybody's time
            raise RuntimeError("The process that judges did not start.")
        return process

    def read(self, size):
        """Exactly so many bytes, unless the time is over."""
        data, pipe = b"", self.process.stdout
        while len(data) < size:
            # Windows cannot wait for a pipe: there the processor's seconds alone end it
            if os.name == "posix" and not select.select([pipe], [], [], SECONDS * WALL)[0]:
                raise EOFError
            piece = os.read(pipe.fileno(), size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                try:
                    pipe.close()
                except OSError:
                    continue  # what was not written yet is lost with it
            self.process = None


# ---------------------------------------------------------------------- in the judging process
def main():
    """Answer requests until the grader closes the pipe."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what an exercise prints is no answer
    limit_memory()
    answers.write(b"here")
    answers.flush()
    while head := requests.read(4):
        question = decode(requests.read(struct.unpack("<I", head)[0]))
        data = encode([answer(question, one) for one in question["asked"]])
        answers.write(struct.pack("<I", len(data)) + data)
        answers.flush()


def answer(question, asked):
    clock.start()
    try:
        return judged(question, asked)
    except MemoryError:
        return {"breach": "memory"}
    finally:
        clock.stop()


def limit_memory():
    try:
        import resource

        with open("/proc/self/statm", encoding="utf-8") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return  # neither Linux nor anything like it


class Clock:
    """Seconds of the processor until the system ends this process; what we compute is free."""

    possible = hasattr(signal, "setitimer")

    def start(self, seconds=SECONDS):
        if self.possible:
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, seconds)

    def stop(self):
        """The seconds that are left."""
        return signal.setitimer(signal.ITIMER_PROF, 0)[0] if self.possible else SECONDS


clock = Clock()


class Remembering:
    """An exercise whose references and mistakes are computed once for each case."""

    def __init__(self, exercise, seed):
        self.exercise = exercise
        self.all_cases = exercise.cases(seed)
        self.known = {}

    def __getattr__(self, name):
        return getattr(self.exercise, name)

    def results(self, answer, cases):
        return [self.result(answer, arguments) for arguments in cases]

    def result(self, answer, arguments):
        key = id(answer), id(arguments)
        if key not in self.known:
            left = clock.stop()
            (self.known[key],) = calls.results(answer, [arguments], self.exercise.driver)
            clock.start(max(left, 0.01))
        return self.known[key]


@functools.lru_cache(200)
def remembering(module, seed, id):
    """The exercise with this id, whose random cases belong to this seed."""
    left = clock.stop()
    exercises = importlib.import_module(module).EXERCISES
    (exercise,) = [exercise for exercise in exercises if exercise.id == id]
    found = Remembering(exercise, [seed, *id.encode()])
    clock.start(max(left, 0.01))
    return found


def judged(question, asked):
    """The verdict on what one exercise gave, as plain values and text."""
    exercise = remembering(question["module"], question["seed"], asked["id"])
    cases = exercise.all_cases
    found = verdict(exercise, cases, results(asked, len(cases), question["cells"]))
    answer = {
        "right": found.right,
        "points": found.points,
        "checks": [found.passed, found.total],
        "sentence": found.sentence,
        "remark": found.remark,
        "misconception": [],
        "not_started": found.not_started,
        "failure": "",
        "called": "",
        "came": "",
        "expected": "",
    }
    if found.right or found.not_started:
        return answer
    if found.misconception:
        answer["misconception"] = [found.misconception.name, found.misconception.explanation]
    if not exercise.is_value:
        shown = [show(argument, digits=6, limit=88) for argument in cases[found.case]]
        answer["called"] = calls.written(exercise.name, shown, exercise.driver)
    if isinstance(found.result, Failure):
        answer["failure"] = found.result.kind
        answer["text"] = str(found.result)
    else:
        answer["came"] = show(found.result)
    if exercise.judge is None and not isinstance(found.expected, Failure):
        answer["expected"] = show(found.expected)
    return answer


def results(asked, number, cells):
    """A plain value or a Failure for each case, from the bytes that the worker sent."""
    found = [Failure(*asked["missing"])] * number
    left = MAX_ENTRIES
    try:
        for frame in islice(take_frames(bytearray(asked["data"]), first=int), number):
            if 0 <= frame[0] < number:
                match frame:
                    case (place, value):
                        left -= entries_in(value)
                        if left < 0:
                            kind = f"results of more than {MAX_ENTRIES:,} entries together"
                            return [Failure("NotPlain", kind)] * number
                        found[place] = value
                    case (place, str(kind), str(text), int(cell), int(line)):
                        text = placed(clean(text), cell, line, cells)
                        found[place] = Failure(clean(kind, 80), text)
    except ProtocolError:
        return found
    return found


def entries_in(value):
    """How many entries a value has in its lists, tuples and dicts."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list | tuple):
        return len(value) + sum(map(entries_in, value))
    return 0


def placed(text, cell, line, cells):
    """A message with the line of code that it came from: cells show no number."""
    lines = cells.get(cell, "").splitlines()[max(line - 1, 0) : max(line, 0)]
    code = clean(" ".join(lines), 80).replace("`", "'")
    return f"{text} (in the line `{code}`)".strip() if code else text


def clean(text, limit=300):
    """Text of the learner's code in one line, without control characters."""
    text = text[: 4 * limit]
    return "".join(c if c.isprintable() else " " for c in text)[:limit].strip()
