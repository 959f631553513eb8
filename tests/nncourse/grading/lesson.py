"""A lesson of seven small exercises to grade submissions of: its specifications and its answers."""

import numpy as np

from nncourse.exercises import Exercise, Misconception
from nncourse.exercises.given.lesson_01 import two_neurons

HINTS = ("Think of one number.", "Then of all numbers.", "Divide by how many there are.")


def mean(x):
    return np.sum(x) / x.size


def centre(x):
    return x - mean(x)


def spread(x):
    return np.sqrt(mean(centre(x) ** 2))


class Line:
    def __init__(self, slope):
        self.slope = slope

    def forward(self, x):
        return self.slope * x


def numbers(rng):
    return (rng.normal(3, 2, size=rng.integers(2, 9)),)


UNUSUAL = tuple((lambda text: lambda *_: text)(letter) for letter in "abcd")


def mistakes(*wrong):
    return tuple(
        Misconception(f"mistake {n}", function, "It is a mistake that this test knows.")
        for n, function in enumerate((*wrong, *UNUSUAL[: 4 - len(wrong)]))
    )


SIMPLE = {"points": 2, "minutes": 5, "difficulty": "easy", "hints": HINTS, "seconds": 0.25}
FIXED = ((np.array([1.0, 2.0, 6.0]),), (np.array([4.0]),))

EXERCISES = (
    Exercise(
        id="05.1",
        title="The mean",
        name="my_mean",
        reference=mean,
        fixed=FIXED,
        random=numbers,
        misconceptions=mistakes(np.sum, np.median),
        alternatives=(np.mean, lambda x: sum(x) / len(x)),
        **SIMPLE,
    ),
    Exercise(
        id="05.2",
        title="Numbers around zero",
        name="my_centre",
        reference=centre,
        fixed=FIXED,
        random=numbers,
        misconceptions=mistakes(lambda x: x + mean(x)),
        alternatives=(lambda x: x - x.mean(), lambda x: x - np.average(x)),
        builds_on=("05.1",),
        **SIMPLE,
    ),
    Exercise(
        id="05.3",
        title="How far they lie apart",
        name="my_spread",
        reference=spread,
        fixed=FIXED,
        random=numbers,
        misconceptions=mistakes(np.var),
        alternatives=(np.std, lambda x: x.std()),
        builds_on=("05.1", "05.2"),
        **SIMPLE,
    ),
    Exercise(
        id="05.4",
        title="Predict a number",
        name="my_number",
        reference=lambda: 42,
        misconceptions=tuple(
            Misconception(f"off by {n}", 42 + n, "It is too large.") for n in range(1, 5)
        ),
        **SIMPLE,
    ),
    Exercise(
        id="05.5",
        title="The largest",
        name="my_largest",
        reference=np.max,
        fixed=FIXED,
        random=numbers,
        misconceptions=mistakes(np.argmax, np.min),
        alternatives=(lambda x: max(x), lambda x: np.sort(x)[-1]),
        **SIMPLE,
    ),
    Exercise(
        id="05.6",
        title="Close enough to the root of two",
        name="my_root",
        reference=lambda start: 2.0**0.5,
        fixed=((1.0,), (2.0,)),
        judge=lambda arguments, result: None if abs(result**2 - 2) < 0.1 else "It is too far.",
        misconceptions=mistakes(),
        alternatives=(lambda start: 1.414, lambda start: 1.42),
        **SIMPLE,
    ),
    Exercise(
        id="05.7",
        title="A line as a class",
        name="MyLine",
        reference=Line,
        driver=two_neurons,
        fixed=(((np.array([2.0]),), (np.array([-1.0]),), np.array([3.0]), np.array([0.0])),),
        random=lambda rng: (
            (rng.normal(size=1),),
            (rng.normal(size=1),),
            rng.normal(size=3),
            rng.normal(size=3),
        ),
        misconceptions=mistakes(),
        alternatives=(Line, type("OtherLine", (Line,), {})),
        **SIMPLE,
    ),
)

MODULE = __name__
ANSWERS = {
    "my_mean": "def my_mean(x):\n    return np.sum(x) / x.size",
    "my_centre": "def my_centre(x):\n    return x - my_mean(x)",
    "my_spread": "def my_spread(x):\n    return np.sqrt(my_mean(my_centre(x) ** 2))",
    "my_number": "my_number = 42",
    "my_largest": "def my_largest(x):\n    return np.max(x)",
    "my_root": "def my_root(start):\n    return 1.4142",
    "MyLine": (
        "class MyLine:\n    def __init__(self, slope):\n        self.slope = slope\n"
        "    def forward(self, x):\n        return self.slope * x"
    ),
}
