"""check("05.2", my_bce): is an answer right, and if not, what is the mistake?

The answer is called with copies of the inputs, what it prints is kept, and after three seconds it
is stopped. What came back is judged by nncourse.exercises; here it is run, and put into words.
"""

import argparse
import contextlib
import inspect
import io
import linecache
import math
import os
import re
import sys
import sysconfig
import time
import traceback as tracebacks
import warnings
from pathlib import Path

import numpy as np

import nncourse
import nnlib
from nncourse import exercises
from nncourse.judging import calls, timelimit
from nncourse.judging.compare import full_text, show
from nncourse.judging.plain import Failure, NotPlain, plain
from nncourse.learner import mine, progress
from nncourse.learner.badge import badge
from nncourse.learner.hint_button import HintButton
from nnlib import expect

MAX_PRINTED = 200  # characters of debug prints that are shown
LINE = 88

seen_hints = {}  # id: how many hints this kernel has shown


class WrongAnswer(AssertionError):
    """Raised by check() where nbgrader runs the notebook: it takes "no error" for "right"."""


def check(id, answer, *, hint=0, traceback=False, seed=None):
    """Check an answer to the exercise with this id, like check("05.2", my_bce); returns a Report.

    hint=1, 2 or 3 adds that hint; traceback=True adds Python's own error message; seed makes the
    random inputs come again. A right answer goes into the progress file. ValueError for an unknown
    id or hint.
    """
    exercise = exercises.find(id)
    if isinstance(hint, bool) or hint not in (0, 1, 2, 3):
        raise ValueError(f"check expected hint to be 1, 2 or 3, got {hint!r}.")
    seed = seed if seed is None else expect.whole(seed, "check, seed,", 0, most=math.inf)
    report = Report(exercise, Run(exercise, answer, seed), hint, traceback)
    report.unsaved = progress.record(exercise, report.verdict)
    if report.right:
        report.unsaved = report.unsaved or mine.keep(exercise, answer)
    if os.environ.get("NBGRADER_EXECUTION"):
        return for_nbgrader(report)
    return report


def for_nbgrader(report):
    """The points, as nbgrader reads them from a cell's output; a wrong answer is an error there."""
    if not report.right:
        raise WrongAnswer(report.text)
    print(report)
    return report.points


def hint(id, number=None):
    """The next hint for an exercise, from a nudge to nearly there; then where the answer is.

    hint("05.2", 1) shows the first one again. ValueError for an unknown id or number.
    """
    exercise = exercises.find(id)
    if number is None:
        number = seen_hints.get(id, 0) + 1
        seen_hints[id] = min(number, 4)
    number = min(number, 4) if isinstance(number, int) else number
    if isinstance(number, bool) or number not in (1, 2, 3, 4):
        raise ValueError(f"hint expected the number 1, 2 or 3, got {number!r}.")
    if number == 4:
        return Text(
            f"There is no further hint for {id}. The answer is in `{solution_of(exercise)}`. Read "
            "it, close it, and then write your own."
        )
    return Text(f"**Hint {number} of 3 for {id}.** {exercise.hints[number - 1]}")


def solution_of(exercise):
    """solutions/05_loss_functions.ipynb, as a learner finds it in the file browser."""
    found = sorted(progress.ROOT.glob(f"solutions/{exercise.lesson}_*.ipynb"))
    return f"solutions/{found[0].name if found else exercise.lesson + '_*.ipynb'}"


def without_markup(markdown):
    """Markdown without colours, **bold**, *italics* and the backslashes before its signs."""
    markdown = re.sub(r"</?span[^>]*>", "", markdown)
    text = re.sub(r"(?<!\\)\*(\w[^*]*)\*", r"\1", markdown.replace("**", ""))
    return re.sub(r"\\(?=[*_<[])", "", text)


class Text:
    """A few lines, shown as Markdown in a notebook and as they are elsewhere."""

    def __init__(self, markdown):
        self.markdown = markdown

    @property
    def text(self):
        parts = self.markdown.split("`")
        parts[::2] = [without_markup(part) for part in parts[::2]]
        return "".join(parts)

    def __repr__(self):
        return self.text

    def _repr_markdown_(self):
        return self.markdown


class Run:
    """The answer's results: one plain value or Failure for each case, and what went on beside."""

    def __init__(self, exercise, answer, seed):
        self.exercise, self.answer = exercise, answer
        self.cases = exercise.cases(np.random.SeedSequence().entropy if seed is None else seed)
        self.results = []
        self.caught, self.warned = [], []  # warnings, and how many there were before each case
        self.error = None  # the first exception
        self.changed = False  # whether an input array was changed
        self.printed = FirstCharacters()
        self.refused = self.refusal()
        if self.refused is None:
            self.go()

    def refusal(self):
        """A sentence when a value came in place of a function, or the other way round."""
        name, answer = self.exercise.name, self.answer
        if answer is ...:
            return None
        if self.exercise.is_value and callable(answer):
            return (
                f"`{name}` is a {kind_of_callable(answer)}, and a value is wanted: write "
                f"`{name} = ...` with your answer in place of the dots."
            )
        if not self.exercise.is_value and not callable(answer):
            kind = kind_of_callable(self.exercise.reference)
            return (
                f"`{name}` is not a {kind} but {describe(answer)}. Hand over the {kind} "
                f'itself, without brackets after its name: `check("{self.exercise.id}", {name})`.'
            )
        if not self.exercise.is_value and self.exercise.driver is None:
            return self.wrong_signature()
        return None

    def wrong_signature(self):
        try:
            signature = inspect.signature(self.answer)
        except (TypeError, ValueError):
            return None
        try:
            signature.bind(*self.cases[0])
        except TypeError:
            name = self.exercise.name
            wanted = inspect.signature(self.exercise.reference)
            return f"`{name}` is called as `{name}{wanted}`, and yours is `{name}{signature}`."
        return None

    def go(self):
        """Call the answer on every case; what it prints and warns of is kept."""
        with (
            contextlib.redirect_stdout(self.printed),
            contextlib.redirect_stderr(self.printed),
            warnings.catch_warnings(record=True) as self.caught,
        ):
            warnings.simplefilter("always")
            began = time.monotonic()
            ended = timelimit.run(self.call_all, self.exercise.seconds)
        if not ended:
            seconds = time.monotonic() - began
            text = f"after {seconds:.0f} seconds it was stopped. Is a loop endless?"
            missing = len(self.cases) - len(self.results)
            self.results += [Failure("Timeout", text)] * missing

    def call_all(self):
        for arguments in self.cases:
            self.printed.next()
            self.warned.append(len(self.caught))
            self.results.append(self.call(arguments))

    def call(self, arguments):
        outcome = calls.call(self.answer, arguments, self.exercise.driver)
        self.error = self.error or outcome.error
        self.changed = self.changed or outcome.changed
        return outcome.result

    def warning(self, case):
        """The first warning during this case, or ""."""
        start, end = [*self.warned, len(self.caught), len(self.caught)][case : case + 2]
        return str(self.caught[start].message) if end > start else ""


class FirstCharacters(io.TextIOBase):
    """A stream that keeps the beginning of what each case prints, however much that is."""

    def __init__(self):
        self.texts = []

    def next(self):
        self.texts.append("")

    def write(self, text):
        room = MAX_PRINTED + 1 - len(self.texts[-1])
        self.texts[-1] += text[: max(room, 0)]
        return len(text)


def kind_of_callable(answer):
    return "class" if inspect.isclass(answer) else "function"


def describe(answer):
    try:
        return f"`{show(plain(answer))}`"
    except NotPlain as error:
        return str(error)


class Report(Text):
    """What check() returns: .right, .points, .of and .text; shown as a few lines."""

    def __init__(self, exercise, run, hint=0, traceback=False):
        self.exercise, self.run = exercise, run
        self.verdict = None
        if run.refused is None:
            self.verdict = exercises.verdict(exercise, run.cases, run.results)
        self.hint, self.traceback = hint, traceback
        self.unsaved = None  # a sentence when the points could not be stored

    def _ipython_display_(self):
        """The report and, where a hint may help, a button for the next one."""
        if self.right or self.hint:
            raise NotImplementedError  # IPython then shows the report alone
        from IPython.display import display

        display({"text/markdown": self.markdown, "text/plain": self.text}, raw=True)
        id = self.exercise.id
        display(HintButton(lambda: hint(id), seen_hints.get(id, 0)).box)

    @property
    def right(self):
        return self.verdict is not None and self.verdict.right

    @property
    def points(self):
        return self.verdict.points if self.verdict else 0

    @property
    def of(self):
        return self.exercise.points

    @property
    def markdown(self):
        return "\n\n".join(part for part in self.parts() if part)

    def parts(self):
        title = f"**{self.exercise.id} {self.exercise.title}:"
        if self.right:
            earned = points(self.points, self.of)
            yield f"{badge('right')} {title} right.** {earned}, {self.checks()}."
            yield self.remarks()
        elif self.verdict is None:
            yield f"{badge('wrong')} {title} cannot be checked yet.** {self.run.refused}"
        elif self.verdict.not_started and self.waits_for():
            yield f"{badge('open')} {title} waits for another.** {self.waits_for()}"
        elif self.verdict.not_started:
            yield f"{badge('open')} {title} not started.** {self.how_to_start()}"
        else:
            yield f"{badge('wrong')} {title} not right yet.** {self.checks()}.".replace(
                " all ", " All "
            )
            yield from self.what_is_wrong()
        if self.hint:
            yield f"**Hint {self.hint} of 3.** {self.exercise.hints[self.hint - 1]}"
        elif not self.right:
            yield f'Stuck? Run `hint("{self.exercise.id}")` in a cell of its own.'
        yield self.unsaved
        if self.traceback and self.run.error is not None:
            yield "```text\n" + "".join(self.error_text()) + "```"

    def error_text(self):
        """Python's own message, without the frames of this file."""
        error = self.run.error
        trace = error.__traceback__
        while trace.tb_next and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        return tracebacks.format_exception(type(error), error, trace)

    def checks(self):
        passed, total = self.verdict.passed, self.verdict.total
        if total == 1:
            return "the one check passed" if passed else "The one check failed"
        if passed == total:
            return f"all {total} checks passed"
        return f"{passed} of {total} checks passed"

    def waits_for(self):
        """A sentence when the stub that was reached is that of an earlier exercise; else ""."""
        trace = getattr(self.run.error, "__traceback__", None)
        if trace is None:
            return ""
        *_, (frame, _) = tracebacks.walk_tb(trace)
        for earlier in map(exercises.find, self.exercise.builds_on):
            if frame.f_code.co_name == earlier.name:
                return f"It calls `{earlier.name}`, which is exercise {earlier.id}: do that first."
        return ""

    def how_to_start(self):
        name = self.exercise.name
        if self.exercise.is_value:
            return f"Write your answer in place of the dots in `{name} = ...`, and run that cell."
        return (
            f"Write `{name}` in the cell above, in place of `raise NotImplementedError()`. Run "
            "that cell, and then this one again."
        )

    def remarks(self):
        if self.verdict.remark:
            return self.verdict.remark
        if self.run.changed:
            return (
                "One remark: it changes an array that was passed in, which the caller may still "
                "need. Work on a copy."
            )
        if any(self.run.printed.texts):
            return "One remark: it also prints. Take that out when you no longer need it."
        return None

    def what_is_wrong(self):
        verdict = self.verdict
        sentence = in_markdown(verdict.sentence) + self.place_of_error(verdict.result)
        if self.exercise.is_value:
            yield sentence
        else:
            yield f"Called: {code(self.called())}"
            yield sentence + self.both_in_full()
        if verdict.misconception is not None:
            name, text = verdict.misconception.name, verdict.misconception.explanation
            looks = (
                "One way to get this" if self.exercise.is_value else "It looks like this mistake"
            )
            yield f"**{looks}: {name}.** {text}"
        warned = self.run.warning(verdict.case)
        if warned:
            yield f"NumPy or Python warned: {in_markdown(warned)}."
        printed = self.run.printed.texts[verdict.case]
        if printed.strip():
            more = " …" if len(printed) > MAX_PRINTED else ""
            yield f"It printed:\n\n```text\n{printed[:MAX_PRINTED].rstrip()}{more}\n```"

    def called(self):
        """weighted_sum(np.array([1.0, 2.0]), np.array([0.2, 0.8]), 2.0), large arrays by shape."""
        arguments = self.run.cases[self.verdict.case]
        shown = [show(argument, digits=6, limit=LINE) for argument in arguments]
        return calls.written(self.exercise.name, shown, self.exercise.driver)

    def both_in_full(self):
        """Result and expectation as a whole, where that is short and more than one number."""
        verdict = self.verdict
        result = whole(verdict.result)
        expected = whole(verdict.expected)
        if result is None or result == expected:
            return ""
        came = f" Came back: {code(result)}"
        return f"{came}, expected: {code(expected)}." if expected else f"{came}."

    def place_of_error(self, result):
        """The line of the answer in which an error was raised."""
        error = self.run.error
        if not isinstance(result, Failure) or error is None:
            return ""
        for frame, number in reversed(list(tracebacks.walk_tb(error.__traceback__))):
            file = frame.f_code.co_filename
            line = linecache.getline(file, number).strip()
            if line and not is_library(file):
                return f" That was in the line {code(line)}."
        return ""


def whole(value):
    """An array, list, tuple or dict as text, if that is short; else None."""
    if not isinstance(value, np.ndarray | list | tuple | dict):
        return None
    text = full_text(value, digits=4)
    return text if len(text) <= LINE else None


def is_library(file):
    """Whether a file belongs to a package or to Python, and not to the learner."""
    ours = (Path(package.__file__).resolve().parent for package in (nncourse, nnlib))
    places = [str(folder) for folder in ours] + [sysconfig.get_paths()["stdlib"]]
    return "site-packages" in file or any(
        os.path.normcase(file).startswith(os.path.normcase(place)) for place in places
    )


def points(number, of):
    return f"{number} of {of} {'point' if of == 1 else 'points'}"


def code(text):
    """Text between back-ticks, however many of them it holds."""
    return f"`{text}`" if "`" not in text else f"`` {text} ``"


def in_markdown(sentence):
    """A sentence in which * or _ means itself; what stands between back-ticks stays."""
    parts = sentence.split("`")
    for number in range(0, len(parts), 2):
        for sign in "*_<[":
            parts[number] = parts[number].replace(sign, "\\" + sign)
    return "`".join(parts)


def hint_command(arguments=None):
    """python -m nncourse hint 05.2 [1, 2 or 3]"""
    parser = argparse.ArgumentParser(prog="python -m nncourse hint", description="A hint.")
    parser.add_argument("id", help="of an exercise, like 05.2")
    parser.add_argument("number", type=int, nargs="?", default=1, choices=(1, 2, 3))
    options = parser.parse_args(arguments)
    try:
        print(hint(options.id, options.number))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
