"""What an exercise is: inputs, reference, tolerance, hints, and the mistakes that it knows by name.

Everything here is pure, and judges from results alone: verdict(exercise, cases, results) never
calls the learner's function. So check() in a notebook and a grader that keeps that function in
another process come to the same answer.

    cases = exercise.cases(seed)                 # argument tuples, the fixed ones first
    results = exercise.results(answer, cases)    # a plain value or a Failure for each case
    verdict(exercise, cases, results)            # points, first difference, misconception
"""

import copy
import importlib
import inspect
import re
import warnings
from dataclasses import dataclass, field

import numpy as np

from nncourse.judging.compare import NotPlain, compare, kind_of, module_of, plain, show

RANDOM_CASES = 20
MIN_MISCONCEPTIONS, MIN_ALTERNATIVES = 4, 2
DIFFICULTIES = ("easy", "medium", "hard")


@dataclass(frozen=True)
class Failure:
    """Stands in a list of results for a call that gave none: Failure("ValueError", "...")."""

    kind: str  # the name of the exception's class, or "Timeout", "Crash", "Missing"
    message: str = ""

    def __str__(self):
        return f"{self.kind}: {self.message}" if self.message else self.kind


@dataclass(frozen=True)
class Misconception:
    """A mistake that learners make, as code that makes it, and one or two sentences about it.

    wrong is a function like the reference, or for a value the wrong value. seen(arguments, result)
    can recognise a mistake by its result instead, where a judge decides and any number may come.
    """

    name: str
    wrong: object
    explanation: str
    seen: object = None

    def __post_init__(self):
        if not (self.name and self.name.strip() and self.explanation and self.explanation.strip()):
            raise ValueError(f"Misconception {self.name!r} needs a name and an explanation.")
        if not self.explanation.rstrip().endswith((".", "!", "?", "`", ")")):
            raise ValueError(f"Misconception {self.name!r}: its explanation is no sentence.")


@dataclass(frozen=True)
class Exercise:
    """One graded exercise; a mistake in its own fields raises ValueError, naming the exercise."""

    id: str  # "05.2"
    title: str
    points: int
    minutes: int
    difficulty: str  # easy, medium or hard
    name: str  # of the learner's function, class or value in the notebook
    reference: object  # for a value: a function without arguments that returns it
    hints: tuple  # three, from nudge to nearly there
    misconceptions: tuple  # at least four
    alternatives: tuple = ()  # at least two other right answers; none needed for a value
    fixed: tuple = ()  # argument tuples: edge cases, simplest first
    random: object = None  # rng -> argument tuple
    random_cases: int = RANDOM_CASES
    rtol: float = 1e-6
    atol: float = 1e-8
    seconds: float = 3.0  # for all calls together
    driver: object = (
        None  # function(answer, *arguments) -> result, from exercises.given: for classes
    )
    judge: object = None  # function(arguments, result) -> None if right, else a sentence
    builds_on: tuple = ()  # ids of earlier exercises whose answers this one calls
    equivalent_mutants: dict = field(default_factory=dict)  # {description: reason}

    def __post_init__(self):
        for name in ("hints", "misconceptions", "alternatives", "fixed", "builds_on"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        found = list(complaints(self))
        if found:
            raise ValueError(f"Exercise {self.id!r}: " + " ".join(found))

    @property
    def lesson(self):
        return self.id[:2]

    @property
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
        if self.is_value and not callable(answer):
            return [call(lambda: answer, ())]
        return [call(answer, arguments, self.driver) for arguments in cases]


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
    names = [misconception.name for misconception in exercise.misconceptions]
    if len(names) < MIN_MISCONCEPTIONS:
        yield f"at least {MIN_MISCONCEPTIONS} misconceptions are expected, got {len(names)}."
    if len(set(names)) < len(names):
        yield "two misconceptions have the same name."
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


def copy_arguments(arguments):
    """A deep copy, so that nobody changes the next reader's arrays; functions stay as they are."""
    return copy.deepcopy(arguments)


def call(function, arguments, driver=None):
    """The plain result of one call with copies of the arguments, or a Failure if it raises."""
    arguments = copy_arguments(arguments)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = driver(function, *arguments) if driver else function(*arguments)
        return plain(result)
    except NotPlain as error:
        return Failure("NotPlain", str(error))
    except Exception as error:
        return Failure(type(error).__name__, str(error))


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
    sentences = [
        judge_one(exercise, arguments, result, expected)
        for arguments, result, expected in zip(cases, results, references, strict=True)
    ]
    wrong = [number for number, text in enumerate(sentences) if text is not None]
    total = len(cases)
    if not wrong:
        return Verdict(exercise.points, exercise.points, total, total)
    first = wrong[0]
    return Verdict(
        points=0,
        of=exercise.points,
        passed=total - len(wrong),
        total=total,
        case=first,
        result=results[first],
        expected=None if exercise.is_value else references[first],
        sentence=sentences[first],
        misconception=diagnose(exercise, cases, results),
        not_started=all(is_stub(result) for result in results),
    )


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


def judge_one(exercise, arguments, result, expected):
    """None when this result is right, else a sentence."""
    if is_stub(result):
        return "This answer has not been written yet."
    if isinstance(expected, Failure):
        if isinstance(result, Failure) and result.kind == expected.kind:
            return None
        if isinstance(result, Failure):
            return f"The call ended in {result}, and a {expected.kind} was expected."
        return f"The call gave a result, and should have raised a {expected.kind}."
    if isinstance(result, Failure):
        return failure_sentence(result)
    if exercise.judge is not None:
        try:
            return exercise.judge(copy_arguments(arguments), result)
        except Exception:  # a judge measures what comes; what it cannot measure is wrong
            return "The result has not the form that was asked for."
    text = compare(result, expected, exercise.rtol, exercise.atol)
    if text and exercise.is_value and kind_of(result) == kind_of(expected):
        # what is right, the learner shall find
        return f"The result is {show(result)}, and that is not right."
    return text


def failure_sentence(failure):
    if failure.kind == "NotPlain":
        return f"The result is {failure.message}, which cannot be compared."
    if failure.kind == "Timeout":
        return f"The call took too long: {failure.message}"
    return f"The call ended in an error: {failure}".rstrip(".") + "."


def diagnose(exercise, cases, results):
    """The misconception that explains all results, wrong and right ones; None if there is none."""
    for misconception in exercise.misconceptions:
        if explains(misconception, exercise, cases, results):
            return misconception
    return None


def explains(misconception, exercise, cases, results):
    pairs = list(zip(cases, results, strict=True))
    if misconception.seen is not None:
        return all(
            not isinstance(result, Failure) and safely_seen(misconception, arguments, result)
            for arguments, result in pairs
        )
    wrong = exercise.results(misconception.wrong, cases)
    return all(
        same(result, mistaken, exercise) for (_, result), mistaken in zip(pairs, wrong, strict=True)
    )


def safely_seen(misconception, arguments, result):
    try:
        return bool(misconception.seen(copy_arguments(arguments), result))
    except Exception:
        return False


def same(result, mistaken, exercise):
    if isinstance(result, Failure) or isinstance(mistaken, Failure):
        kinds = [value.kind for value in (result, mistaken) if isinstance(value, Failure)]
        return len(kinds) == 2 and kinds[0] == kinds[1]
    if result is Ellipsis or mistaken is Ellipsis:
        return result is mistaken
    return compare(result, mistaken, exercise.rtol, exercise.atol) is None
