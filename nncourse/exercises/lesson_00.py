"""Exercises for lesson 00: the loss by hand, as a function, and made small with sliders."""

import itertools
import math

import numpy as np

from nncourse.judging.exercise import Exercise

TITLE = "Start here"


def about(value):
    """Recognises a number that somebody may have rounded to two places."""
    return lambda arguments, result: abs(result - value) < 0.006


# 00.1 ------------------------------------------------------------- predict a number

GAPS = (1, -4, 0, 3)


def loss_on_paper():
    return sum(gap * gap for gap in GAPS) / len(GAPS)


loss_on_paper_exercise = Exercise(
    id="00.1",
    title="A loss on paper",
    points=1,
    minutes=4,
    difficulty="easy",
    name="loss_on_paper",
    reference=loss_on_paper,
    hints=(
        "Make a little table: one row for each point, and columns for the gap and for the gap "
        "multiplied by itself.",
        "The gaps are 1, −4, 0 and 3. Multiply each by itself before you add anything.",
        "The squares are 1, 16, 0 and 9. The loss is their mean, and there are four of them.",
    ),
)


@loss_on_paper_exercise.mistake
def gaps_cancel_out():
    """Above and below cancel out if the gaps are added as they are: 1 − 4 + 0 + 3 = 0. The
    curve misses three of the four points, so a loss of 0 cannot be. Square each gap first.
    """
    return 0


@loss_on_paper_exercise.mistake
def sum_in_place_of_the_mean():
    """All the squares are there, and added up. The loss is their mean: divide the sum by the
    number of points.
    """
    return 26


@loss_on_paper_exercise.mistake
def gaps_not_squared():
    """That is the mean size of the gaps. The loss takes each gap times itself, so that a gap of
    4 costs sixteen times as much as a gap of 1.
    """
    return 2


@loss_on_paper_exercise.mistake
def the_square_keeps_its_minus_sign():
    """−4 times −4 is +16: a square is never negative, and so no point can lower the loss below
    0.
    """
    return -1.5


@loss_on_paper_exercise.mistake(seen=about(26 / 3))
def a_perfect_point_left_out():
    """The third point has no gap, and it still counts as a point. It brings the mean down, as a
    good point should.
    """
    return 26 / 3


@loss_on_paper_exercise.mistake("sizes added up")
def sum_of_the_sizes():
    """That is the sum of the sizes of the gaps. The loss takes each gap times itself, and then
    the mean of these squares.
    """
    return 8


@loss_on_paper_exercise.mistake
def the_fraction_left_out():
    """26 divided by 4 leaves a fraction: a loss need not be a whole number."""
    return 6


@loss_on_paper_exercise.mistake
def shared_out_between_the_wrong_number():
    """The squares add up to 26, which is right. Then the sum was divided by 2, and there are four
    points.
    """
    return 13


@loss_on_paper_exercise.mistake
def gaps_doubled():
    """A square is a number times itself, and not times 2: the square of 4 is 16."""
    return 4


@loss_on_paper_exercise.mistake(seen=about(math.sqrt(6.5)))
def root_taken_at_the_end():
    """Everything up to the mean is right. Then a square root was taken, as some books do to
    get back to the size of the gaps. Our loss stays a mean of squares.
    """
    return math.sqrt(6.5)


# 00.2 ------------------------------------------------------------- write a function


def my_loss(points, curve):
    return np.mean((np.array(curve) - np.array(points)) ** 2)


def loss_in_a_loop(points, curve):
    total = 0
    for wanted, got in zip(points, curve, strict=True):
        gap = got - wanted
        total += gap * gap
    return total / len(points)


def loss_as_a_product(points, curve):
    gaps = np.subtract(points, curve)
    return gaps @ gaps / gaps.size


def gaps_of(points, curve):
    return [got - wanted for wanted, got in zip(points, curve, strict=True)]


def is_mean_gap(arguments, result):
    """Either way round: curve minus points, or points minus curve."""
    return math.isclose(abs(result), abs(np.mean(gaps_of(*arguments))), abs_tol=1e-9)


def some_points(rng):
    n = int(rng.integers(2, 7))
    return rng.uniform(-5, 5, n).round(1).tolist(), rng.uniform(-5, 5, n).round(1).tolist()


my_loss_exercise = Exercise(
    id="00.2",
    title="The loss as a function",
    points=2,
    minutes=8,
    difficulty="easy",
    name="my_loss",
    reference=my_loss,
    alternatives=(loss_in_a_loop, loss_as_a_product),
    fixed=(
        ([1, 4, 2], [1, 3, 5]),
        ([3], [3]),
        ([5], [2]),
        ([0.0, 0.0], [1.0, -1.0]),
        ([2, 6, 1, 4], [3, 2, 1, 7]),
        ([-1.5, 2.5, 0.0], [-1.0, -2.5, 0.0]),
    ),
    random=some_points,
    hints=(
        "The lesson has a loop that prints each gap and its square. What does it do with the "
        "squares in the end?",
        "Go through both lists together: `for wanted, got in zip(points, curve):`. Collect the "
        "squares in a list, and write `return` only after the loop.",
        "After the loop the mean is a sum and a division: `sum(squares)` and `len(squares)`.",
    ),
)


@my_loss_exercise.mistake("sum in place of the mean")
def sum_in_place_of_the_mean_00_2(points, curve):
    """The squares are added up, and not yet shared out. Divide by the number of points;
    otherwise more points would always mean a larger loss.
    """
    return sum(gap**2 for gap in gaps_of(points, curve))


@my_loss_exercise.mistake("gaps not squared", seen=is_mean_gap)
def gaps_not_squared_00_2(points, curve):
    """The gaps are averaged as they are, so gaps above and below cancel out. Square each gap
    first.
    """
    return np.mean(gaps_of(points, curve))


@my_loss_exercise.mistake
def sizes_in_place_of_squares(points, curve):
    """That is the mean size of the gaps, without their signs. This is a loss too, and a good
    one, but ours squares each gap: large gaps are to count more.
    """
    return np.mean(np.abs(gaps_of(points, curve)))


@my_loss_exercise.mistake
def squared_too_late(points, curve):
    """Here the mean comes first and the square second, and by then the gaps have cancelled out.
    First square each gap, then take the mean.
    """
    return np.mean(gaps_of(points, curve)) ** 2


@my_loss_exercise.mistake("root taken at the end")
def root_taken_at_the_end_00_2(points, curve):
    """Everything up to the mean is right. Leave the square root out: our loss is the mean of the
    squares itself.
    """
    return np.sqrt(np.mean(np.square(gaps_of(points, curve))))


@my_loss_exercise.mistake("`return` inside the loop")
def return_inside_the_loop(points, curve):
    """Only the first point was looked at: `return` ends the function at once, also inside a
    loop. Move it to the left, to the level of `for`.
    """
    return gaps_of(points, curve)[0] ** 2


@my_loss_exercise.mistake
def only_the_last_point_left(points, curve):
    """Only the square of the last point is left: `=` in the loop writes over what was there
    before. Add with `+=`, or collect the squares in a list.
    """
    return gaps_of(points, curve)[-1] ** 2 / len(points)


@my_loss_exercise.mistake("`^` in place of `**`")
def in_place_of(points, curve):
    """In Python a power is written `**`, as in `gap ** 2`. The sign `^` means something else:
    it works on the bits of whole numbers, and fails for all others.
    """
    return np.mean([gap ^ 2 for gap in gaps_of(points, curve)])


@my_loss_exercise.mistake
def a_list_where_a_number_belongs(points, curve):
    """Python cannot subtract one list from another, nor divide a list by a number. Go through
    the pairs with `zip` and use `sum` before you divide, or make arrays of both lists with
    `np.array`.
    """
    return (curve - points) ** 2


@my_loss_exercise.mistake("`return` inside the loop, with the division")
def return_and_division_inside_the_loop(points, curve):
    """Only the square of the first point came back, divided by the number of points. `return`
    ends the function at once, also inside the loop: move it to the level of `for`.
    """
    return gaps_of(points, curve)[0] ** 2 / len(points)


@my_loss_exercise.mistake
def the_last_point_left_out(points, curve):
    """The last point was not looked at: a `range` already ends before the number in its brackets,
    so `range(len(points))` is enough, without − 1.
    """
    return sum(gap**2 for gap in gaps_of(points, curve)[:-1]) / len(points)


@my_loss_exercise.mistake
def the_first_point_left_out(points, curve):
    """The first point was not looked at: Python counts from 0, and a `range` that begins at 1
    leaves it out.
    """
    return sum(gap**2 for gap in gaps_of(points, curve)[1:]) / len(points)


@my_loss_exercise.mistake
def the_sum_squared(points, curve):
    """First the gaps are added up, and then the sum is squared; by then gaps above and below have
    cancelled out. Square each gap first.
    """
    return sum(gaps_of(points, curve)) ** 2


@my_loss_exercise.mistake("the sum squared, then divided")
def the_sum_squared_and_divided(points, curve):
    """First the gaps are added up, and then the sum is squared; by then gaps above and below have
    cancelled out. Square each gap first.
    """
    return sum(gaps_of(points, curve)) ** 2 / len(points)


@my_loss_exercise.mistake
def the_square_of_the_mean_size(points, curve):
    """The mean of the sizes comes first here, and the square second. Square each gap first: a
    large gap is to count more.
    """
    return np.mean(np.abs(gaps_of(points, curve))) ** 2


@my_loss_exercise.mistake
def only_the_last_point_left_undivided(points, curve):
    """Only the square of the last point is left: `=` in the loop writes over what was there
    before. Add with `+=`, and divide by the number of points after the loop.
    """
    return gaps_of(points, curve)[-1] ** 2


@my_loss_exercise.mistake
def divided_in_every_round(points, curve):
    """The division stands inside the loop, so what was added first is divided again and again.
    Divide once, after the loop.
    """
    total = 0
    for gap in gaps_of(points, curve):
        total = (total + gap**2) / len(points)
    return total


def is_difference_of_squares(arguments, result):
    points, curve = map(np.array, arguments)
    return math.isclose(abs(result), abs(np.mean(points**2 - curve**2)), abs_tol=1e-9)


@my_loss_exercise.mistake(seen=is_difference_of_squares)
def squares_subtracted(points, curve):
    """Here both numbers are squared, and then subtracted. The gap comes first, `a - b`, and it is
    the gap that is squared.
    """
    return np.mean(np.square(points)) - np.mean(np.square(curve))


@my_loss_exercise.mistake
def one_fewer_below_the_line(points, curve):
    """The sum is divided by one less than the number of points, as for some other measures of
    spread. A mean is divided by the number of points.
    """
    return sum(gap**2 for gap in gaps_of(points, curve)) / (len(points) - 1)


@my_loss_exercise.mistake
def the_length_of_the_gaps(points, curve):
    """That is the root of the sum of the squares. Leave the root out, and divide the sum by the
    number of points.
    """
    return np.linalg.norm(gaps_of(points, curve))


@my_loss_exercise.mistake
def the_squares_one_by_one(points, curve):
    """These are all the squares, one for each point. The loss is their mean, a single number."""
    return [gap**2 for gap in gaps_of(points, curve)]


def is_doubled_gap(arguments, result):
    return math.isclose(abs(result), abs(2 * np.mean(gaps_of(*arguments))), abs_tol=1e-9)


@my_loss_exercise.mistake("gaps doubled", seen=is_doubled_gap)
def gaps_doubled_00_2(points, curve):
    """The square of a number is the number times itself, `gap ** 2`, and not times 2."""
    return np.mean([2 * gap for gap in gaps_of(points, curve)])


@my_loss_exercise.mistake("the fraction thrown away")
def whole_division(points, curve):
    """The mean is right up to its fraction, which is cut off: `//` does that, and `int(...)`. For
    a mean write `/`, and no `int` around it.
    """
    return sum(gap**2 for gap in gaps_of(points, curve)) // len(points)


def squares_one_of_the_two(arguments, result):
    points, curve = map(np.array, arguments)
    both = np.mean(points - curve**2), np.mean(curve - points**2)
    return any(math.isclose(result, one, abs_tol=1e-9) for one in both)


@my_loss_exercise.mistake("only one of the two squared", seen=squares_one_of_the_two)
def only_one_of_the_two_squared(points, curve):
    """A power binds more tightly than a minus: `a - b ** 2` squares b alone. Put the difference
    in brackets, `(a - b) ** 2`.
    """
    return np.mean([a - b**2 for a, b in zip(points, curve, strict=True)])


def is_rounded(arguments, result):
    off = abs(result - my_loss(*arguments))
    return any(
        off <= 0.501 / size and math.isclose(size * result, round(size * result), abs_tol=1e-6)
        for size in (1, 10, 100, 1000, 10_000)
    )


@my_loss_exercise.mistake(seen=is_rounded)
def rounded(points, curve):
    """Rounded, that is right. But a loss should show every small improvement, so leave the
    rounding to the `print`.
    """
    return round(float(my_loss(points, curve)), 1)


# 00.3 ------------------------------------------------------------- reach a target

FOUNTAIN_X = np.array([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
FOUNTAIN_Y = np.array([0.4, 2.8, 5.3, 6.1, 6.2, 4.5, 2.3])
TARGET = 0.1


def fountain_loss(a, b, c):
    return float(np.mean((a * FOUNTAIN_X**2 + b * FOUNTAIN_X + c - FOUNTAIN_Y) ** 2))


def judge_fountain(arguments, my_curve):
    if len(my_curve) != 3:
        return f"Three numbers are wanted, a, b and c; there are {len(my_curve)}."
    loss = fountain_loss(*my_curve)
    if loss < TARGET:
        return None
    return f"The loss of your curve is {loss:.4g}, and it has to come below {TARGET}."


def fountain_gaps(my_curve):
    a, b, c = my_curve
    return a * FOUNTAIN_X**2 + b * FOUNTAIN_X + c - FOUNTAIN_Y


fountain = Exercise(
    id="00.3",
    title="The fountain",
    points=2,
    minutes=8,
    difficulty="easy",
    name="my_curve",
    reference=lambda: [-0.56, 0.3, 6.2],
    alternatives=(lambda: (-0.5, 0.35, 6.0), lambda: np.array([-0.56, 0.26, 6.2])),
    judge=judge_fountain,
    hints=(
        "Tick “show the loss of every try”, and move one slider at a time. Keep a step only if "
        "the loss gets smaller.",
        "The water goes up and comes down again, so the arc is a hill: $a$ is negative. And $c$ is "
        "the height in the middle, at $x = 0$.",
        "Begin with $c$ at 6 and $a$ at −0.5. The right end lies higher than the left one: what "
        "does $b$ have to do about that?",
    ),
)


def fits_in_another_order(arguments, my_curve):
    written, *others = [fountain_loss(*order) for order in itertools.permutations(my_curve)]
    return min(others) < TARGET <= written


@fountain.mistake(seen=fits_in_another_order)
def the_wrong_order():
    """In another order these three numbers fit well. The first one belongs to $x^2$, the second
    to $x$, and the third is the height in the middle: write a, b, c.
    """
    return [6.1, 0.3, -0.55]


@fountain.mistake(seen=lambda arguments, my_curve: len(my_curve) == 3 and my_curve[0] > 0)
def a_valley_in_place_of_a_hill():
    """Your curve bends upwards at both ends, and the points make a hill. The sign of a decides
    which of the two it is.
    """
    return [0.55, 0.3, 1.0]


@fountain.mistake(seen=lambda arguments, my_curve: len(my_curve) == 3 and my_curve[0] == 0)
def a_straight_line():
    """With a = 0 there is no bend at all, and no straight line comes near a hill. Move a first."""
    return [0, 0.3, 3.9]


@fountain.mistake(seen=lambda arguments, my_curve: len(my_curve) == 3 and my_curve[1] == 0)
def the_two_sides_alike():
    """With b = 0 the left half mirrors the right one. The points on the right lie higher than
    those on the left, and b can lift one side and lower the other.
    """
    return [-0.55, 0, 6.1]


@fountain.mistake(
    seen=lambda arguments, my_curve: fountain_loss(my_curve[0], -my_curve[1], my_curve[2]) < TARGET
)
def the_higher_side_on_the_left():
    """With the other sign of b these three numbers fit well. The points are higher on the right,
    where x is positive: which sign of b lifts that side?
    """
    return [-0.55, -0.3, 6.1]


@fountain.mistake(seen=lambda arguments, my_curve: min(fountain_gaps(my_curve)) > 0)
def all_points_below_the_curve():
    """The curve passes above every one of the points. Lower c: it moves the whole curve."""
    return [-0.55, 0.3, 8.0]


@fountain.mistake(seen=lambda arguments, my_curve: max(fountain_gaps(my_curve)) < 0)
def all_points_above_the_curve():
    """The curve passes below every one of the points. Raise c: it moves the whole curve."""
    return [-0.55, 0.3, 4.0]


EXERCISES = (loss_on_paper_exercise, my_loss_exercise, fountain)
