"""Comparison in words, verdicts from results alone, and specifications that say what is wrong."""

import dataclasses
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import nnlib
from nncourse import exercises
from nncourse.exercises import Exercise, Failure, Misconception, find, verdict
from nncourse.exercises.given import lesson_01 as given
from nncourse.grading.protocol import decode, encode
from nncourse.judging.calls import call
from nncourse.judging.compare import compare, kind_of, show
from nncourse.judging.plain import NotPlain, plain

A = np.array


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (2, 2.0),
        (np.float32(0.1), 0.1),
        (np.array(2.5), 2.5),
        (True, 1),
        (np.bool_(True), True),
        (float("nan"), float("nan")),
        (float("-inf"), float("-inf")),
        (A([1, 2]), A([1.0, 2.0])),
        (A([0.1], np.float32), A([0.1])),
        ([1, 2], (1.0, 2.0)),
        (A([1.0, 2.0]), [1.0, 2.0]),
        ({"a": A([1.0]), "b": None}, {"b": None, "a": A([1])}),
        ("yes", "yes"),
        (A(["yes", "no"]), ["yes", "no"]),
        ([1.0, 2.0], A([1.0, 2.0])),
        ([(1, 2), A([3.0, 4.0])], A([[1.0, 2.0], [3.0, 4.0]])),
        (A([]), A([])),
    ],
)
def test_these_are_equal(result, expected):
    assert compare(result, expected, rtol=1e-6) is None


@pytest.mark.parametrize(
    ("result", "expected", "words"),
    [
        (2.0, -2.0, "The result is 2.0, expected -2.0: the sign is wrong."),
        (2.0, 1.0, "it is 2 times too large"),
        (0.25, 1.0, "it is 4 times too small"),
        (0.3, 0.7, "it is 1 minus what it should be"),
        (3.00001, 3.0, "The result is 3.00001, expected 3.0: nearly right, so look for a rounding"),
        (float("nan"), 1.0, "NaN means"),
        (float("inf"), 1.0, "inf means"),
        (None, 1.0, "The result is None, and a number was expected."),
        ("1.0", 1.0, "The result is text, and a number was expected."),
        (1, True, "The result is a number, and True or False was expected."),
        (A([3.0]), 3.0, "an array of shape (1,), and a single number was expected"),
        (3.0, A([3.0]), "a single number, 3.0, and an array of shape (1,) was expected"),
        ([1.0, "2"], A([1.0, 2.0]), "a list, and an array of shape (2,) was expected"),
        ([1.0, 3.0], A([1.0, 2.0]), "The number at [1] is 3.0, expected 2.0"),
        (A([[1.0, 2.0]]), A([[1.0], [2.0]]), "rows and columns are swapped"),
        (A([[1.0, 2.0], [3.0, 4.0]]), A([[1.0, 3.0], [2.0, 4.0]]), "is transposed"),
        (A([[1.0, 2.0]]), A([1.0, 2.0]), "the numbers are right, in another shape"),
        (A([1.0, 2.0]), A([1.0, 2.0, 3.0]), "has the shape (2,), expected (3,)."),
        (A([2.0, 4.0]), A([1.0, 2.0]), "every number is 2 times too large"),
        (A([2.0, 3.0]), A([1.0, 2.0]), "every number is too large by 1"),
        (A([-1.0, 2.0]), A([1.0, -2.0]), "the sign is wrong"),
        (A([1.0, 2.0, 9.0]), A([1.0, 2.0, 3.0]), "The number at [2] is 9.0, expected 3.0; all the"),
        (A([[1.0, 2.0], [3.0, 9.0]]), A([[1.0, 2.0], [3.0, 4.0]]), "The number at [1, 1] is 9.0"),
        (A([np.nan, 1.0]), A([1.0, 1.0]), "NaN means"),
        (A([1, 0]), A([True, False]), "an array of numbers, and one of True and False"),
        ((1.0, 2.5), (1.0, 2.0), "Entry 1 is 2.5, expected 2.0."),
        (((1.0, [3.0]),), ((1.0, [2.0]),), "Entry 0, entry 1, entry 0 is 3.0, expected 2.0."),
        ((1.0,), (1.0, 2.0), "has 1 entry, expected 2."),
        ({"a": 1}, {"b": 1}, "has no entry 'b'"),
        ({"a": 1, "b": 2}, {"a": 1}, "has the entry 'b', which was not expected"),
        ({"loss": 1.0}, {"loss": 2.0}, "The entry 'loss' is 1.0, expected 2.0: it is 2 times too"),
        ("no", "yes", "The result is 'no', expected 'yes'."),
        (object(), 1.0, "The result is an object, and a number was expected."),
        ({1, 2}, [1, 2], "The result is a set"),
        (1j * A([1.0]), A([1.0]), "an array of type complex128"),
    ],
)
def test_the_first_difference_in_words(result, expected, words):
    assert words in compare(result, expected)


def test_a_subclass_that_equals_everything_is_compared_by_its_numbers():
    class Equal(np.ndarray):
        def __eq__(self, other):
            return np.ones(self.shape, bool)

        def __sub__(self, other):
            return np.zeros(self.shape)

        def __array_ufunc__(self, *arguments, **named):
            return np.ones(self.shape, bool)

    class AnyNumber(float):
        def __eq__(self, other):
            return True

        __hash__ = float.__hash__

    assert compare(A([5.0, 5.0]).view(Equal), A([1.0, 2.0]))
    assert compare(AnyNumber(5.0), 1.0)


def test_plain_copies_and_refuses_what_it_does_not_know():
    array = A([1.0])
    assert plain(array) is not array
    assert type(plain(np.float64(2.0))) is float
    assert type(plain({"a": (np.int64(1),)})["a"][0]) is int
    for value, words in [(object(), "an object"), ({1}, "a set"), (A([None]), "not all numbers")]:
        with pytest.raises(NotPlain, match=words):
            plain(value)
    endless = []
    endless.append(endless)
    with pytest.raises(NotPlain, match="deep"):
        plain(endless)


def test_a_tensor_counts_as_its_array():
    torch = pytest.importorskip("torch")  # it is in requirements.txt
    assert compare(torch.tensor([1.0, 2.0], requires_grad=True), A([1.0, 2.0])) is None
    assert compare(torch.tensor(2.0), 2.0) is None
    assert compare(torch.nn.Parameter(torch.tensor([1.0, 2.0])), A([1.0, 2.0])) is None


@pytest.mark.parametrize("result", [[1.00001, 2.00002], [1.00005, 2.00005]])
def test_nearly_right_numbers_follow_no_pattern(result):
    found = compare(A(result), A([1.0, 2.0]))
    assert found.startswith(f"The number at [0] is {result[0]}, expected 1.0: nearly right")


@pytest.mark.parametrize(("result", "expected"), [(4, 2), (A([2, 4]), A([1, 2]))])
def test_a_count_or_an_index_is_not_called_2_times_too_large(result, expected):
    assert "times" not in compare(result, expected)


def in_single(value):
    """A number or an array that went through float32."""
    return np.asarray(value, np.float32).astype(float)


def test_numbers_that_were_computed_in_float32_have_its_tolerance():
    right = A([0.1, 2000.3, -7.7])
    assert compare(right.astype(np.float32), right) is None
    assert compare(in_single(right), right) is None
    assert compare(float(np.float32(0.1) * 3), 0.3) is None
    assert compare(right.astype(np.float16), right) is None
    near = right * (1 + 1e-5)
    assert compare(near, right)  # in float64 this is a mistake
    assert compare(in_single(near), right) is None
    assert compare(A([0.5, *near]), A([0.5, *right]))  # 0.5 is the same in both
    assert compare(A([0.5, *in_single(near)]), A([0.5, *right])) is None
    assert compare(right.astype(np.float32) * 1.001, right)
    assert compare(A([7.0, 9.0], np.float32), A([7, 8]))  # counts are exact


ODD_VALUES = [
    nnlib.nn.Parameter([1.0, 2.5]),
    2**70,
    -(2**70),
    np.longdouble(0.25),
    np.array([0.25], np.longdouble),
    np.array(2.5),
    np.ma.array([1.0, 2.0]),
    np.ma.array([1.0, 2.0], mask=[True, False]),
    np.array([1, 2.5], object),
    np.array([1, None], object),
    Fraction(1, 4),
    Decimal("0.25"),
    -0.0,
    np.float32(0.1),
    np.int8(3),
    np.bool_(True),
    np.str_("yes"),
    [[1.0, 2.0], [3.0, 4.0]],
    [1, [2, (3,)]],
    {"a": np.float64(1.0), 2: None},
    {(1, 2): 3},
    {1, 2},
    range(3),
    1j,
    b"bytes",
    float("nan"),
    float("inf"),
    np.zeros((0, 3)),
    np.zeros((10**9, 0)),
    np.array(["a", "b"]),
    np.datetime64("2020-01-01"),
    True,
    None,
    ValueError("x"),
    object(),
]


@pytest.mark.parametrize("odd", ODD_VALUES, ids=lambda odd: type(odd).__name__)
def test_an_odd_value_is_the_same_on_both_sides_of_the_sandbox(odd):
    """What the worker sends, and the grader reads, is what check() sees; so are the words."""
    here = call(lambda x: odd, (1.0,)).result
    sent = decode(encode(here)) if not isinstance(here, Failure) else here
    one = exercise()
    cases = one.cases(0)
    mine, graders = (verdict(one, cases, [value] * len(cases)) for value in (here, sent))
    assert (mine.sentence, mine.points) == (graders.sentence, graders.points)
    assert compare(sent, here) is None if not isinstance(here, Failure) else sent == here


def test_show_is_short_and_large_arrays_are_shown_by_their_shape():
    assert show(A([[1.0, 0.25]])) == "np.array([[1.0, 0.25]])"
    assert show(A([1, 2])) == "np.array([1, 2])"
    assert show(np.zeros((64, 10))) == "an array of shape (64, 10)"
    assert show(1 / 3) == "0.3333"
    assert show(12345.678) == "1.235e+04"
    assert show(100000.0, digits=6) == "100000.0"
    assert show((2.0,)) == "(2.0,)"
    assert show(list(range(500))) == "a list of 500 entries"
    assert len(show("x" * 500)) <= 60
    assert show(np.tanh) == "np.tanh"


def double(x):
    return 2 * x


def also_double(x):
    return x + x


def exercise(**changes):
    """A small right exercise, with changes."""
    mistakes = {"half": 0.5, "same": 1.0, "three times": 3.0, "minus": -2.0}
    fields = {
        "id": "99.2",
        "title": "Double",
        "points": 2,
        "minutes": 3,
        "difficulty": "easy",
        "name": "double",
        "reference": double,
        "alternatives": (also_double, lambda x: x * 2),
        "fixed": ((1.0,), (-3.0,)),
        "random": lambda rng: (rng.normal(),),
        "hints": ("one", "two", "three"),
        "misconceptions": tuple(
            Misconception(name, lambda x, factor=factor: factor * x, f"It is {name}.")
            for name, factor in mistakes.items()
        ),
    }
    return Exercise(**(fields | changes))


def some_function():
    """One that a grader cannot import, since it is not at the top of a module."""
    return lambda x: x


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "5.2"}, "id is expected like"),
        ({"name": "my bce"}, "Python name"),
        ({"title": " "}, "title is empty"),
        ({"points": 0}, "points is expected to be a whole number from 1 to 10, got 0"),
        ({"points": 2.5}, "points is expected"),
        ({"minutes": 0}, "minutes is expected"),
        ({"difficulty": "tricky"}, "difficulty is one of easy, medium, hard, got 'tricky'"),
        ({"hints": ("one", "two")}, "three hints are expected, got 2"),
        ({"hints": ("one", "two", "")}, "three hints are expected"),
        ({"reference": 5}, "reference is not callable"),
        ({"alternatives": ()}, "at least 2 alternatives are expected, got 0"),
        ({"alternatives": (double, 3)}, "3 is expected to be a function"),
        ({"fixed": ()}, "at least one fixed case"),
        ({"fixed": (1.0,)}, "fixed[0] is no tuple of arguments"),
        ({"fixed": ((1.0, 2.0),)}, "fixed[0] does not fit the reference"),
        ({"fixed": (({1, 2},),)}, "fixed[0] holds a set"),
        ({"fixed": ((some_function(),),)}, "a grader cannot import by name"),
        ({"random": None}, "a table of the fixed answers would pass"),
        ({"builds_on": ("99.3",)}, "does not come before it"),
        ({"reference": lambda: 2.0}, "takes no cases"),
    ],
)
def test_a_wrong_specification_says_what_is_wrong(changes, words):
    with pytest.raises(ValueError) as caught:
        exercise(**changes)
    assert words in str(caught.value)
    assert repr(changes.get("id", "99.2")) in str(caught.value)


def test_misconceptions_need_different_names_and_sentences():
    one = Misconception("half", double, "It is half.")
    with pytest.raises(ValueError, match="two mistakes have the same name"):
        exercise(misconceptions=(one,) * 4).complete()
    with pytest.raises(ValueError, match="at least 4 mistakes are expected, got 0"):
        exercise(misconceptions=()).complete()
    with pytest.raises(ValueError, match="needs a name and an explanation"):
        Misconception("half", double, " ")
    with pytest.raises(ValueError, match="not a sentence"):
        Misconception("half", double, "half")


def test_arguments_may_be_functions_that_can_be_imported():
    assert exercise(fixed=((np.tanh,),), reference=lambda f: f(1.0)).fixed == ((np.tanh,),)


def test_cases_are_fixed_ones_and_then_random_ones_from_the_seed():
    one = exercise()
    assert one.cases(1) == one.cases(1)
    assert one.cases(1) != one.cases(2)
    assert one.cases(1)[:2] == [(1.0,), (-3.0,)]
    assert len(one.cases(1)) == 22


def test_nobody_changes_the_arrays_of_a_specification():
    array = A([1.0, 2.0])
    one = exercise(fixed=((array,),), random=lambda rng: (rng.normal(size=2),))

    def overwrite(x):
        x *= 0
        return x

    cases = one.cases(0)
    one.results(overwrite, cases)
    cases[0][0][:] = 7
    assert (array == [1.0, 2.0]).all()
    assert (one.cases(0)[0][0] == [1.0, 2.0]).all()


def test_an_input_that_holds_nan_is_unchanged_as_long_as_it_holds_it():
    array = A([np.nan, 1.0])
    assert not call(lambda x: x.sum(), (array,)).changed
    assert call(lambda x: x.fill(0), (array,)).changed


def test_verdict_needs_results_alone():
    one = exercise()
    cases = one.cases(3)
    right = [2 * x for (x,) in cases]
    assert verdict(one, cases, right).points == 2
    assert verdict(one, cases, right).right

    found = verdict(one, cases, [*right[:-1], 99.0])
    assert (found.points, found.passed, found.total, found.case) == (0, 21, 22, 21)
    assert found.misconception is None
    assert "99.0" in found.sentence

    found = verdict(one, cases, [0.5 * x for (x,) in cases])
    assert found.misconception.name == "half"
    assert (found.result, found.expected) == (0.5, 2.0)
    with pytest.raises(ValueError, match="1 results for 22 cases"):
        verdict(one, cases, [2.0])


def test_a_table_of_the_fixed_answers_fails():
    one = exercise()
    table = {1.0: 2.0, -3.0: -6.0}
    found = verdict(one, one.cases(4), one.results(lambda x: table.get(x, 0.0), one.cases(4)))
    assert found.passed == 2
    assert not found.right


def test_a_mistake_is_named_only_if_it_explains_every_result():
    one = exercise()
    cases = one.cases(5)
    results = [0.5 * x for (x,) in cases]
    assert verdict(one, cases, results).misconception.name == "half"
    assert verdict(one, cases, [*results[:-1], 5.0]).misconception is None
    assert verdict(one, cases, [*results[:-1], Failure("ValueError")]).misconception is None


def test_a_mistake_is_named_only_if_two_cases_tell_it_from_a_right_answer():
    wrong_at_0 = Misconception("wrong at 0", lambda x: 2 * x if x else 1.0, "Zero is zero.")
    one = exercise(misconceptions=(wrong_at_0,), fixed=((0.0,), (1.0,)))
    two = exercise(misconceptions=(wrong_at_0,), fixed=((0.0,), (0,)))
    for each, named in ((one, False), (two, True)):
        cases = each.cases(0)
        found = verdict(each, cases, each.results(wrong_at_0.wrong, cases))
        assert (found.points, found.misconception is not None) == (0, named)


def test_the_docstring_of_a_mistake_is_what_the_learner_reads():
    one = exercise(misconceptions=())

    @one.mistake
    def taken_twice(x):
        """It is taken
        twice.
        """
        return 4 * x

    @one.mistake("another name", seen=lambda arguments, result: False)
    def other(x):
        """No."""

    assert [(m.name, m.explanation) for m in one.misconceptions] == [
        ("taken twice", "It is taken twice."),
        ("another name", "No."),
    ]
    cases = one.cases(0)
    assert verdict(one, cases, [4 * x for (x,) in cases]).misconception.wrong is taken_twice


def test_a_remark_on_a_factor_must_hold_for_every_wrong_case():
    one = exercise(misconceptions=())
    cases = one.cases(0)
    assert "2 times too large" in verdict(one, cases, [4 * x for (x,) in cases]).sentence
    mixed = [4 * cases[0][0], *(3 * x for (x,) in cases[1:])]
    assert "times" not in verdict(one, cases, mixed).sentence


def test_a_missing_return_is_asked_for_only_where_nothing_ever_comes_back():
    one = exercise()
    cases = one.cases(0)
    assert "`return`" in verdict(one, cases, [None] * len(cases)).sentence
    some = [None, *(2 * x for (x,) in cases[1:])]
    assert "`return`" not in verdict(one, cases, some).sentence


def test_an_exception_that_is_returned_is_told_from_one_that_is_raised():
    one = exercise(reference=refuse_negative, random=lambda rng: (rng.uniform(),))
    cases = one.cases(0)
    result = one.results(lambda x: ValueError("no") if x < 0 else 2 * x, cases)
    assert "write `raise` in place of `return`" in verdict(one, cases, result).sentence


def test_failures_cost_their_case_and_say_why():
    one = exercise()
    cases = one.cases(0)
    right = [2 * x for (x,) in cases]
    found = verdict(one, cases, [Failure("ZeroDivisionError", "division by zero"), *right[1:]])
    assert found.sentence == "The call ended in an error: ZeroDivisionError: division by zero."
    assert found.passed == 21
    found = verdict(one, cases, [Failure("Timeout", "after 3 seconds.")] * 22)
    assert "took too long" in found.sentence
    assert "object" in verdict(one, cases, [object()] * 22).sentence


def test_the_stub_is_not_a_mistake_but_not_started():
    one = exercise()
    cases = one.cases(0)
    found = verdict(one, cases, [Failure("NotImplementedError")] * len(cases))
    assert found.not_started
    assert found.misconception is None
    assert not verdict(one, cases, [1.0] * len(cases)).not_started


def refuse_negative(x):
    if x < 0:
        raise ValueError("negative")
    return 2 * x


def test_a_reference_that_raises_asks_the_answer_to_raise_the_same():
    one = exercise(reference=refuse_negative, random=lambda rng: (rng.uniform(),))
    cases = one.cases(0)
    assert verdict(one, cases, one.results(refuse_negative, cases)).right
    found = verdict(one, cases, one.results(double, cases))
    assert found.sentence == "The call gave a result, and should have raised a ValueError."
    other = [Failure("KeyError") if x < 0 else 2 * x for (x,) in cases]
    assert "a ValueError was expected" in verdict(one, cases, other).sentence


def value(**changes):
    numbers = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}
    mistakes = tuple(Misconception(name, lambda n=n: n, "No.") for name, n in numbers.items())
    fields = {"reference": lambda: 7.5, "misconceptions": mistakes, "random": None}
    return exercise(**(fields | {"alternatives": (), "fixed": ()} | changes))


def test_a_value_is_judged_without_giving_the_right_one_away():
    one = value()
    assert one.is_value
    assert one.cases(0) == [()]
    assert verdict(one, [()], [7.5]).right
    for wrong in (3.0, 100.0, -7.5, 15.0, None, "7", A([1.0]), True, 7.5001, [7.5]):
        found = verdict(one, [()], [wrong])
        assert not found.right
        assert found.expected is None
        assert "7.5" not in found.sentence.replace("-7.5", "").replace("7.5001", "")
    assert verdict(one, [()], [3.0]).misconception.name == "c"
    assert verdict(one, [()], [...]).not_started


def test_a_judge_decides_where_many_answers_are_right():
    def judge(arguments, result):
        return None if result > 10 else f"{result} is not above 10."

    mistakes = (
        Misconception(
            "small", lambda: 1.0, "It is small.", seen=lambda _, result: 0 < result <= 10
        ),
        Misconception(
            "negative", lambda: -1.0, "It is negative.", seen=lambda _, result: result < 0
        ),
        *(Misconception(name, lambda: 0.0, "No.", seen=lambda *_: False) for name in "ab"),
    )
    one = value(judge=judge, misconceptions=mistakes)
    assert verdict(one, [()], [11.0]).right
    found = verdict(one, [()], [5.0])
    assert (found.sentence, found.misconception.name) == ("5.0 is not above 10.", "small")
    assert verdict(one, [()], [-5.0]).misconception.name == "negative"
    for odd in ("text", None, [1]):
        found = verdict(one, [()], [odd])
        assert found.sentence.startswith(f"The value is {kind_of(odd)}")
        assert found.misconception is None


def test_a_driver_builds_and_calls_a_class():
    one = find("01.3")
    assert one.driver is given.two_neurons
    assert verdict(one, one.cases(0), one.results(one.reference, one.cases(0))).right
    settings = "(np.array([1.0]), 2.0)", "(np.array([5.0]), 6.0)"
    shown = one.driver.written("MyNeuron", *settings, "np.array([3.0])", "np.array([4.0])")
    assert shown.startswith("first, second = MyNeuron(np.array([1.0]), 2.0), MyNeuron(np.array([5.")


def test_find_names_the_near_ids():
    assert find("01.2").name == "weighted_sum"
    with pytest.raises(ValueError, match=r"There is no exercise '01.77'.*near it: 01.1, 01.2"):
        find("01.77")
    with pytest.raises(ValueError, match="Expected text like"):
        find(1.2)
    with pytest.raises(ValueError, match="Lesson '77' has no exercises; these have: 0"):
        exercises.lesson("77")


def test_exercises_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        find("01.2").points = 100
