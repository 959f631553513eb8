"""What an exercise is: inputs, reference, tolerance, hints, and the mistakes that it knows by name.

Everything here is pure, and judges from results alone: verdict(exercise, cases, results) never
calls the learner's function. So check() in a notebook and a grader that keeps that function in
another process come to the same answer.

    cases = exercise.cases(seed)                 # argument tuples, the fixed ones first
    results = exercise.results(answer, cases)    # a plain value or a Failure for each case
    verdict(exercise, cases, results)            # points, first difference, misconception
"""

import functools
import importlib
import inspect
import re
import warnings
from dataclasses import dataclass, field

import numpy as np

from nncourse.judging import calls
from nncourse.judging.calls import copy_arguments
from nncourse.judging.compare import (
    Comparison,
    has_list_for_array,
    kind_of,
    module_of,
    show,
)
from nncourse.judging.plain import Failure, NotPlain, plain, with_article

RANDOM_CASES = 20
MIN_MISCONCEPTIONS, MIN_ALTERNATIVES = 4, 2
DIFFICULTIES = ("easy", "medium", "hard")


@dataclass(frozen=True)
class Misconception:
    """A mistake that learners make, as code that makes it, and one or two sentences about it.

    wrong is a function like the reference. seen(arguments, result) can recognise a mistake by its
    result instead, where a judge decides and any number may come.
    """

    name: str
    wrong: object
    explanation: str
    seen: object = None

    def __post_init__(self):
        if not (self.name and self.name.strip() and self.explanation and self.explanation.strip()):
            raise ValueError(f"Misconception {self.name!r} needs a name and an explanation.")
        if not self.explanation.rstrip().endswith((".", "!", "?", "`", ")")):
            raise ValueError(f"Misconception {self.name!r}: its explanation is not a sentence.")


@dataclass(frozen=True)
class Exercise:
    """One graded exercise; a mistake in its own fields raises ValueError, naming the exercise.

    Below it stand the mistakes that learners make, each a function whose docstring is the sentence
    that they read:

        @step_exercise.mistake
        def uphill(W, gradient, lr):
            '''The step goes up the slope. Take it away.'''
            return W + lr * gradient
    """

    id: str  # "05.2"
    title: str
    points: int
    minutes: int
    difficulty: str  # easy, medium or hard
    name: str  # of the learner's function, class or value in the notebook
    reference: object  # for a value: a function without arguments that returns it
    hints: tuple  # three, from nudge to nearly there
    shown: bool = False  # the solution notebook shows the reference: release writes it there
    alternatives: tuple = ()  # at least two other right answers; none needed for a value
    fixed: tuple = ()  # argument tuples: edge cases, simplest first
    random: object = None  # rng -> argument tuple
    random_cases: int = RANDOM_CASES
    rtol: float = 1e-6
    atol: float = 1e-8
    seconds: float = 3.0  # for all calls together
    quantity: bool = True  # False: results number or count something, "2 times too large" is idle
    driver: object = None  # function(answer, *arguments) -> result, of exercises.given
    judge: object = None  # function(arguments, result) -> None if right, else a sentence
    builds_on: tuple = ()  # ids of earlier exercises whose answers this one calls
    equivalent_mutants: dict = field(default_factory=dict)  # {description: reason}
    misconceptions: list = field(default_factory=list)  # filled by mistake(), in that order

    def __post_init__(self):
        for name in ("hints", "alternatives", "fixed", "builds_on"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "misconceptions", list(self.misconceptions))
        found = list(complaints(self))
        if found:
            raise ValueError(f"Exercise {self.id!r}: " + " ".join(found))

    def mistake(self, name=None, *, seen=None):
        """Decorator of a function that makes a mistake; its docstring is what the learner reads.

        The mistake is called as the function is, or by `name`. See Misconception for `seen`.
        """
        if callable(name):
            return self.mistake()(name)

        def add(function):
            title = name or function.__name__.replace("_", " ")
            sentence = " ".join((inspect.getdoc(function) or "").split())
            self.misconceptions.append(Misconception(title, function, sentence, seen))
            return function

        return add

    @property
    def lesson(self):
        return self.id[:2]

    @functools.cached_property
    def is_value(self):
        """Whether the learner gives a value (predict a number) and not a function or a class."""
        return self.driver is None and not inspect.signature(self.reference).parameters

    def cases(self, seed):
        """Argument tuples: the fixed ones, then random ones; a single empty one for a value."""
        if self.is_value:
            return [()]
        cases = [copy_arguments(arguments) for arguments in self.fixed]
        if self.random is not None:
            rng = np.random.default_rng(seed)
            cases += [tuple(self.random(rng)) for _ in range(self.random_cases)]
        return cases

    def results(self, answer, cases):
        """What this answer gives for each case, as verdict() takes it; runs it in this process.

        For answers that can be trusted: the reference, an alternative, a misconception.
        """
        return calls.results(answer, cases, self.driver)

    def complete(self):
        """This exercise, when it has mistakes enough; ValueError otherwise."""
        names = [misconception.name for misconception in self.misconceptions]
        if len(names) < MIN_MISCONCEPTIONS:
            raise ValueError(
                f"Exercise {self.id!r}: at least {MIN_MISCONCEPTIONS} mistakes are expected, got "
                f"{len(names)}."
            )
        if len(set(names)) < len(names):
            raise ValueError(f"Exercise {self.id!r}: two mistakes have the same name.")
        return self


def complaints(exercise):
    """What is wrong with the fields of an exercise, as sentences."""
    if not re.fullmatch(r"\d\d\.\d{1,2}", exercise.id):
        yield 'id is expected like "05.2".'
    if not (isinstance(exercise.name, str) and exercise.name.isidentifier()):
        yield f"name is expected to be a Python name, got {exercise.name!r}."
    if not exercise.title.strip():
        yield "title is empty."
    for field_name, most in (("points", 10), ("minutes", 60)):
        value = getattr(exercise, field_name)
        if type(value) is not int or not 1 <= value <= most:
            yield f"{field_name} is expected to be a whole number from 1 to {most}, got {value!r}."
    if exercise.difficulty not in DIFFICULTIES:
        yield f"difficulty is one of {', '.join(DIFFICULTIES)}, got {exercise.difficulty!r}."
    hints = exercise.hints
    if len(hints) != 3 or not all(isinstance(hint, str) and hint.strip() for hint in hints):
        yield f"three hints are expected, got {len(hints)}."
    if not callable(exercise.reference):
        yield "reference is not callable; for a value, write lambda: value."
        return
    yield from complaints_about_cases(exercise)
    for earlier in exercise.builds_on:
        if not earlier < exercise.id:
            yield f"builds_on names {earlier!r}, which does not come before it."


def complaints_about_cases(exercise):
    if exercise.is_value:
        if exercise.fixed or exercise.random:
            yield "a reference without arguments is a value, and takes no cases."
        return
    if len(exercise.alternatives) < MIN_ALTERNATIVES:
        got = len(exercise.alternatives)
        yield f"at least {MIN_ALTERNATIVES} alternatives are expected, got {got}."
    if not exercise.fixed:
        yield "at least one fixed case is expected."
    if exercise.random is None and exercise.judge is None:
        yield "random is missing: a table of the fixed answers would pass."
    for other in (exercise.reference, *exercise.alternatives):
        if not callable(other):
            yield f"{other!r} is expected to be a function."
    for number, arguments in enumerate(exercise.fixed):
        if not isinstance(arguments, tuple):
            yield f"fixed[{number}] is no tuple of arguments: write (x,) for a single one."
            continue
        yield from complaints_about_arguments(exercise, f"fixed[{number}]", arguments)


def complaints_about_arguments(exercise, where, arguments):
    try:
        if exercise.driver is None:
            inspect.signature(exercise.reference).bind(*arguments)
        else:
            inspect.signature(exercise.driver).bind(exercise.reference, *arguments)
    except TypeError as error:
        yield f"{where} does not fit the reference: {error}."
    for argument in arguments:
        try:
            importable(argument) if callable(argument) else plain(argument)
        except (NotPlain, ValueError) as error:
            yield f"{where} holds {error}; arguments are plain values, or functions that are given."


def importable(function):
    """A case may hold a function only if another process can import it by name: else ValueError."""
    name = getattr(function, "__qualname__", getattr(function, "__name__", repr(function)))
    try:
        found = importlib.import_module(module_of(function) or "")
        for part in name.split("."):
            found = getattr(found, part)
    except (AttributeError, ImportError, TypeError, ValueError):
        found = None
    home = module_of(function) or ""
    hidden = home.startswith("nncourse") and not home.startswith("nncourse.exercises.given")
    if found is not function or hidden:
        raise ValueError(f"the function {name}, which a grader cannot import by name")


@dataclass(frozen=True)
class Verdict:
    """What the results of one exercise are worth, and what to say about them."""

    points: int
    of: int
    passed: int  # cases that are right
    total: int
    case: int | None = None  # the first wrong one
    result: object = None  # what came back there, a plain value or a Failure
    expected: object = None  # None for a value, and where a judge decides
    sentence: str = ""  # the first thing that differs
    misconception: Misconception | None = None
    not_started: bool = False  # every call ended in NotImplementedError, or the value is ...
    remark: str = ""  # about a right answer

    @property
    def right(self):
        return self.passed == self.total


def verdict(exercise, cases, results):
    """Judge results, one for each case (a plain value or a Failure), without the learner's code.

    All checks right gives all points, anything else none.
    """
    if len(results) != len(cases):
        raise ValueError(f"{exercise.id}: {len(results)} results for {len(cases)} cases.")
    results = [safe_plain(result) for result in results]
    references = [None] * len(cases)
    if exercise.judge is None:
        references = exercise.results(exercise.reference, cases)
    judged = [Judged(exercise, *one) for one in zip(cases, results, references, strict=True)]
    wrong = [one for one in judged if one.sentence is not None]
    total = len(cases)
    if not wrong:
        remark = remark_on(results, references)
        return Verdict(exercise.points, exercise.points, total, total, remark=remark)
    first = wrong[0]
    misconception = None
    if not (exercise.is_value and first.other_form()):
        misconception = diagnose(exercise, cases, results, references)
    sentence = sentence_for(wrong, results)
    if misconception is None and always_the_same(results, references):
        sentence += f" {ALWAYS_THE_SAME}"
    return Verdict(
        points=0,
        of=exercise.points,
        passed=total - len(wrong),
        total=total,
        case=judged.index(first),
        result=first.result,
        expected=None if exercise.is_value else first.expected,
        sentence=sentence,
        misconception=misconception,
        not_started=all(is_stub(result) for result in results),
    )


def sentence_for(wrong, results):
    """What to say about the first wrong result, in the light of all of them."""
    first = wrong[0]
    nothing = all(map(is_nothing, results))
    if nothing and not first.exercise.is_value and len(wrong) == len(results):
        return "Every call gave None: is a `return` missing?"
    return first.with_rule if first.rule and holds_for_all(wrong) else first.sentence


ALWAYS_THE_SAME = (
    "The same comes back for every input. Does the function use its own arguments, or a fixed "
    "number or a name from elsewhere in the notebook?"
)
MANY = 5  # results from which "for every input" is more than chance


def always_the_same(results, references):
    """Whether one and the same result came, and not None or an error, where others were right."""
    first = results[0]
    if len(results) < MANY or is_nothing(first) or isinstance(first, Failure) or is_stub(first):
        return False
    return all(repr(one) == repr(first) for one in results) and any(
        repr(one) != repr(references[0]) for one in references
    )


def is_nothing(result):
    """None, or a list of nothing but None, as a driver gives it that calls an object often."""
    if isinstance(result, list | tuple):
        return bool(result) and all(entry is None for entry in result)
    return result is None


def remark_on(results, references):
    if any(map(has_list_for_array, results, references)):
        return LIST_REMARK
    return SINGLE_REMARK if any(map(is_single, results)) else ""


LIST_REMARK = (
    "One remark: a list came back where an array was expected. The numbers are right; "
    "`np.array(...)` makes an array of them, with which others can go on computing."
)
SINGLE_REMARK = (
    "One remark: these numbers are float32, with about 7 digits. They are right as far as those go."
)


def is_single(result):
    if isinstance(result, list | tuple):
        return any(map(is_single, result))
    return isinstance(result, np.ndarray) and result.dtype.name in ("float16", "float32")


def safe_plain(result):
    if isinstance(result, Failure) or result is Ellipsis:
        return result
    try:
        return plain(result)
    except NotPlain as error:
        return Failure("NotPlain", str(error))


def is_stub(result):
    return result is Ellipsis or (isinstance(result, Failure) and result.kind in STUBS)


STUBS = ("NotImplementedError", "Missing")


class Judged:
    """One result: .sentence is None when it is right."""

    def __init__(self, exercise, arguments, result, expected):
        self.exercise, self.arguments = exercise, arguments
        self.result, self.expected = result, expected
        self.sentence = self.judge()

    def judge(self):
        if is_stub(self.result):
            return "This answer has not been written yet."
        if isinstance(self.expected, Failure):
            return self.against_error()
        if isinstance(self.result, Failure):
            return failure_sentence(self.result)
        if self.exercise.judge is not None:
            return self.by_judge()
        if self.exercise.is_value:
            return self.of_value()
        return self.compared()

    def compared(self, remarks=False):
        one = self.exercise
        comparison = Comparison(one.rtol, one.atol, one.quantity, remarks)
        return comparison.difference(self.result, self.expected, "")

    @functools.cached_property
    def with_rule(self):
        """The sentence with a remark such as "2 times too large", which other cases may deny."""
        if isinstance(self.result, Failure) or isinstance(self.expected, Failure):
            return self.sentence
        if self.exercise.judge is not None or self.exercise.is_value:
            return self.sentence
        return self.compared(remarks=True)

    @property
    def rule(self):
        """The remark of a wrong result: what stands behind the sentence's last colon, or ""."""
        return re.split("[:;] ", self.with_rule)[-1] if self.with_rule != self.sentence else ""

    def by_judge(self):
        form = self.other_form() if self.exercise.is_value else None
        if form is not None:
            return form
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                return self.exercise.judge(copy_arguments(self.arguments), self.result)
        except Exception:  # a judge measures what comes; what it cannot measure is wrong
            return f"The result is {kind_of(self.result)}, and does not have the requested form."

    def other_form(self):
        """A sentence when text, a single number or the like came where a list is wanted."""
        wanted, result = self.exercise.reference(), self.result
        if result is Ellipsis or isinstance(result, Failure):
            return None
        if result is None:
            return "The value is None. `print(...)` shows a number, but gives nothing back."
        if not isinstance(wanted, list | tuple):
            same = type(result) is type(wanted) or kind_of(result) == kind_of(wanted)
            return None if same else self.wanted(kind_of(wanted))
        if isinstance(result, str):
            return "The value is text, and a list was expected: leave out the quotation marks."
        if not isinstance(result, list | tuple | np.ndarray):
            return self.wanted("a list")
        for place, entry in enumerate(result):
            right = wanted[min(place, len(wanted) - 1)]
            if isinstance(entry, str) and not isinstance(right, str):
                kind = kind_of(right) if isinstance(right, int | float) else "a list"
                return f"Entry {place} of the list is text, and {kind} was expected."
        if holds_text(result) and not holds_text(wanted):
            return "There is text inside the list: leave out the quotation marks."
        if self.exercise.judge is None and len(result) != len(wanted):
            return f"The list has {len(result)} entries, and {len(wanted)} were expected."
        return None

    def wanted(self, kind):
        return f"The value is {kind_of(self.result)}, and {kind} was expected."

    def of_value(self):
        """What is right, the learner shall find: the sentence does not tell it."""
        if self.compared() is None:
            return None
        return self.other_form() or (
            f"The value is {show(self.result, digits=10)}, and that is not right."
        )

    def against_error(self):
        kind, result = self.expected.kind, self.result
        if not isinstance(result, Failure):
            return f"The call gave a result, and should have raised {with_article(kind)}."
        if result.kind == kind:
            return None
        if result.kind == "NotPlain" and kind in result.message:
            return f"The call returned {result.message}: write `raise` in place of `return`."
        if result.kind == "NotPlain":
            return f"The call returned {result.message}, and should have raised a {kind}."
        return f"The call ended in {result}, and {with_article(kind)} was expected."


def holds_text(value):
    if isinstance(value, list | tuple):
        return any(map(holds_text, value))
    return isinstance(value, str)


def holds_for_all(judged):
    """Whether the first remark is true of every wrong result that is a result at all."""
    results = [one for one in judged if not isinstance(one.result, Failure)]
    return all(one.rule == judged[0].rule for one in results)


def failure_sentence(failure):
    if failure.kind == "NotPlain":
        return f"The result is {failure.message}, which cannot be compared."
    if failure.kind == "Timeout":
        return f"The call took too long: {failure.message}"
    return f"The call ended in an error: {failure}".rstrip(".") + "."


TELLING = 2  # cases in which a mistake must give something else than a right answer does


def diagnose(exercise, cases, results, references=None):
    """The misconception that explains all results, wrong and right ones; None if there is none.

    An explanation has to be true for this very answer. So it must hold in every case, and at least
    two of them must tell it from a right answer.
    """
    if references is None and exercise.judge is None:
        references = exercise.results(exercise.reference, cases)
    for misconception in exercise.misconceptions:
        if explains(misconception, exercise, cases, results, references):
            return misconception
    return None


def explains(misconception, exercise, cases, results, references):
    if misconception.seen is not None:
        return all(
            not isinstance(result, Failure) and safely_seen(misconception, arguments, result)
            for arguments, result in zip(cases, results, strict=True)
        )
    telling, enough = 0, min(TELLING, len(cases))
    right_known = exercise.judge is None
    for number, (arguments, result) in enumerate(zip(cases, results, strict=True)):
        (mistaken,) = exercise.results(misconception.wrong, [arguments])
        right = references[number] if right_known else None
        if isinstance(right, Failure) and raised(right.kind, result, mistaken):
            continue  # the error that was asked for, in whatever words
        if not same(result, mistaken, exercise):
            return False
        if telling < enough and not (right_known and same(mistaken, right, exercise)):
            telling += 1
    return telling == enough


def raised(kind, *results):
    return all(isinstance(result, Failure) and result.kind == kind for result in results)


def safely_seen(misconception, arguments, result):
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return bool(misconception.seen(copy_arguments(arguments), result))
    except Exception:
        return False


def same(result, mistaken, exercise):
    """Whether two results are the same mistake: equal values, or one error for the same reason."""
    if isinstance(result, Failure) and isinstance(mistaken, Failure):
        return (result.kind, reason(result)) == (mistaken.kind, reason(mistaken))
    if isinstance(result, Failure) or isinstance(mistaken, Failure):
        return False
    if result is Ellipsis or mistaken is Ellipsis:
        return result is mistaken
    if isinstance(result, bool) != isinstance(mistaken, bool):
        return False  # True is not the 1 of a mistake
    comparison = Comparison(exercise.rtol, exercise.atol, remarks=False)
    return comparison.difference(result, mistaken, "") is None


def reason(failure):
    """The message of an error without the names and numbers that differ from answer to answer.

    The numbers of a reshape come from the data, and tell one mistake from another.
    """
    if failure.message.startswith("cannot reshape"):
        return failure.message
    return re.sub(r"'[^']*'|\d+", "", failure.message)
