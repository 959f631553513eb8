"""Exercises for lesson 02: a chain without activations, leaky ReLU, softmax, an experiment."""

import numpy as np

from nncourse.exercises.given import lesson_02 as given
from nncourse.judging.exercise import Exercise

TITLE = "Activation functions"


# 02.1 ------------------------------------------------------------- predict a number

one_neuron = Exercise(
    id="02.1",
    title="Two neurons, one line",
    points=1,
    minutes=4,
    difficulty="easy",
    name="one_neuron",
    reference=lambda: [-6, -11],
    hints=(
        "Write down the second formula, and put the whole of the first one in place of its $z_1$, "
        "in brackets.",
        "You have −3 (2x + 5) + 4. The −3 goes to both things in the brackets.",
        "That is −6x − 15 + 4. The number in front of x is the weight; what is the rest?",
    ),
)


@one_neuron.mistake
def the_first_bias_passed_on_as_it_is():
    """5 + 4 adds up the two biases. But the first bias is part of $z_1$, and the second neuron
    multiplies all of $z_1$ by its weight.
    """
    return [-6, 9]


@one_neuron.mistake
def the_second_bias_forgotten():
    """The brackets are multiplied out correctly. Then the second neuron adds its own bias."""
    return [-6, -15]


@one_neuron.mistake
def a_minus_sign_lost():
    """−3 times 5 is −15: the second weight is negative, and it turns the sign of the first bias
    too.
    """
    return [-6, 19]


@one_neuron.mistake
def weights_added():
    """The bias is right. The weights multiply: one step in x makes 2 steps in $z_1$, and each
    of those makes −3 steps in $z_2$.
    """
    return [-1, -11]


@one_neuron.mistake
def the_other_way_round():
    """That is the second neuron first, and the first one after it. Here x goes into $z_1 = 2x +
    5$, and only then comes the other neuron.
    """
    return [-6, 13]


@one_neuron.mistake
def the_bias_first():
    """Both numbers are right, and their order is not: first the weight, then the bias."""
    return [-11, -6]


@one_neuron.mistake
def biases_multiplied():
    """Weights multiply along a chain, biases do not: the first one meets the second weight, and
    then the second one is added.
    """
    return [-6, 20]


@one_neuron.mistake
def the_first_bias_left_out():
    """The weight is right. In the bias only the 4 of the second neuron is left: the 5 of the
    first one reaches the end too, times −3.
    """
    return [-6, 4]


@one_neuron.mistake
def the_sign_of_the_weight_lost():
    """The bias is right. The weights multiply, 2 times −3, and the sign stays."""
    return [6, -11]


@one_neuron.mistake
def everything_added():
    """2 − 3 and 5 + 4: weight and bias were both added. The second neuron multiplies all of
    $z_1$ by its weight, and then adds its own bias.
    """
    return [-1, 9]


@one_neuron.mistake
def the_sign_of_the_bias_lost():
    """The weight is right. The bias is −3 · 5 + 4: mind the sign."""
    return [-6, 11]


# 02.2 ------------------------------------------------------------- write a function


def leaky_relu(z, leak):
    slope = np.where(z > 0, 1.0, leak)
    # both sides are lines through 0, so the output is slope times z
    return slope * z, slope


def leaky_relu_in_two_parts(z, leak):
    return np.maximum(z, 0) + leak * np.minimum(z, 0), (z > 0) + leak * (z <= 0)


def leaky_relu_in_a_loop(z, leak):
    a, slope = np.zeros(z.shape), np.zeros(z.shape)
    for place, value in np.ndenumerate(z):
        a[place] = value if value > 0 else leak * value
        slope[place] = 1 if value > 0 else leak
    return a, slope


leaky_relu_exercise = Exercise(
    id="02.2",
    title="Leaky ReLU and its slope",
    points=3,
    minutes=8,
    difficulty="medium",
    name="leaky_relu",
    reference=leaky_relu,
    shown=True,
    alternatives=(leaky_relu_in_two_parts, leaky_relu_in_a_loop),
    fixed=(
        (np.array([-3.0, -1.0, 1.0, 3.0]), 0.01),
        (np.array([-2.0, 0.0, 2.0]), 0.1),
        (np.array([[4.0, -4.0, 0.0], [-0.5, 0.5, -10.0]]), 0.2),
        (np.array([[-1.5], [2.5]]), 0.3),
        (np.array([-1.0, 5.0]), 0.0),
        (np.array([-1.0, 2.0]), 2.0),
        (np.array([-3.0, 0.5]), 1.5),
    ),
    random=lambda rng: (rng.normal(0, 3, rng.integers(2, 6)).round(2), round(rng.uniform(), 2)),
    hints=(
        "For each number in z there are two cases, and `if` cannot decide for a whole array. "
        "Which NumPy function of the lesson decides entry by entry?",
        "`np.where(z > 0, ...)` gives the output, and a second one with the same condition gives "
        "the slope.",
        "Where z is above 0: output z, slope 1. Everywhere else, 0 included: output leak · z, "
        "slope leak. Return both, with a comma between them.",
    ),
)


@leaky_relu_exercise.mistake
def slope_1_at_the_corner(z, leak):
    """All is right but the slope at z = 0 exactly. The table says “1 if z > 0, else the leak”,
    and 0 is not above 0.
    """
    return (leaky_relu(z, leak)[0], np.where(z >= 0, 1.0, leak))


@leaky_relu_exercise.mistake("the slope of plain ReLU")
def the_slope_of_plain_relu(z, leak):
    """The output leaks and the slope does not. Left of 0 the output climbs by leak for each
    step of z, and that little slope is what keeps the neuron alive.
    """
    return (leaky_relu(z, leak)[0], np.where(z > 0, 1.0, 0.0))


@leaky_relu_exercise.mistake
def larger_of_two(z, leak):
    """The larger of z and leak · z is a well-known short cut, and it works as long as the leak
    is below 1. With a leak of 2 it picks the wrong one on both sides of 0.
    """
    return (np.maximum(z, leak * z), leaky_relu(z, leak)[1])


@leaky_relu_exercise.mistake("leak in place of leak · z")
def leak_in_place_of_leak_z(z, leak):
    """Left of 0 your output is always the same number, the leak itself. It should be a line
    that falls with z: leak times z.
    """
    return (np.where(z > 0, z, leak), leaky_relu(z, leak)[1])


@leaky_relu_exercise.mistake
def upwards_on_the_left(z, leak):
    """With a minus sign the left side goes up again. leak · z is negative where z is, and is
    meant to be.
    """
    return (np.where(z > 0, z, -leak * z), leaky_relu(z, leak)[1])


@leaky_relu_exercise.mistake
def slope_and_output_swapped(z, leak):
    """Both are right, and in the wrong order: the output first, the slope second."""
    return leaky_relu(z, leak)[::-1]


@leaky_relu_exercise.mistake
def only_the_output(z, leak):
    """The output is right, and the slope is missing: return two arrays, with a comma between
    them.
    """
    return leaky_relu(z, leak)[0]


@leaky_relu_exercise.mistake("slope measured across the corner")
def leaky_relu_measured(z, leak, tiny=1e-5):
    """Measuring is a good idea, and right everywhere but at z = 0: there the small step to the
    left meets another line than the step to the right, and the mean of two slopes comes out.
    Use the rule of the table.
    """

    def function(z):
        return leaky_relu(z, leak)[0]

    return function(z), (function(z + tiny) - function(z - tiny)) / (2 * tiny)


@leaky_relu_exercise.mistake
def always_a_leak_of_1_percent(z, leak):
    """The leak is always 0.01 here. It is an argument: use `leak` in both places."""
    return leaky_relu(z, 0.01)


@leaky_relu_exercise.mistake("plain ReLU")
def plain_relu(z, leak):
    """That is ReLU, without a leak: left of 0 the output should be leak · z, and the slope the
    leak.
    """
    return np.maximum(z, 0), np.where(z > 0, 1.0, 0.0)


@leaky_relu_exercise.mistake
def z_as_its_own_slope(z, leak):
    """The output is right. Above 0 the line climbs by 1 for every step of 1, so the slope there
    is 1, and not z.
    """
    return leaky_relu(z, leak)[0], np.where(z > 0, z, leak)


@leaky_relu_exercise.mistake("slope leak · z")
def leak_z_as_a_slope(z, leak):
    """The output is right. Left of 0 it is a line through 0, leak · z, and the slope of that line
    is the leak alone.
    """
    return leaky_relu(z, leak)[0], np.where(z > 0, 1.0, leak * z)


@leaky_relu_exercise.mistake
def the_two_sides_swapped(z, leak):
    """The leak is on the wrong side: above 0 the line has the slope 1, below 0 the slope leak."""
    slope = np.where(z > 0, leak, 1.0)
    return slope * z, slope


@leaky_relu_exercise.mistake
def only_the_slope(z, leak):
    """The slope is right, and the output is missing: return two arrays, with a comma between
    them.
    """
    return leaky_relu(z, leak)[1]


@leaky_relu_exercise.mistake
def right_for_a_single_row_only(z, leak):
    """`for v in z` goes through the rows of a table, and an `if` cannot decide for a whole row.
    `np.where(z > 0, ..., ...)` decides number by number, in any shape.
    """
    a = np.array([v if v > 0 else leak * v for v in z])
    return a, np.array([1.0 if v > 0 else leak for v in z])


@leaky_relu_exercise.mistake("`if` with a whole array")
def leaky_relu_with_if(z, leak):
    """`if` decides once for the whole array, and each number needs a decision of its own.
    `np.where(z > 0, ..., ...)` decides entry by entry.
    """
    if z > 0:
        return z, 1.0
    return leak * z, leak


@leaky_relu_exercise.mistake
def slope_0_at_the_corner(z, leak):
    """All is right but the slope at z = 0 exactly, at the corner. The table says “1 if z > 0,
    else the leak”: there is no third case.
    """
    return leaky_relu(z, leak)[0], np.where(z > 0, 1.0, np.where(z < 0, leak, 0.0))


# 02.3 ------------------------------------------------------------- find the bug


def row_softmax(z):
    # one maximum for each row: with that of the whole table, a row far below it
    # has powers that are all rounded to 0
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def row_softmax_in_a_loop(z):
    rows = []
    for row in z:
        powers = np.exp(row - np.max(row))
        rows.append(powers / np.sum(powers))
    return np.array(rows)


def row_softmax_transposed(z):
    columns = np.exp(z.T - np.max(z.T, axis=0))
    return (columns / columns.sum(axis=0)).T


def over_sum(powers, axis=1, keepdims=True):
    return powers / powers.sum(axis=axis, keepdims=keepdims)


row_softmax_exercise = Exercise(
    id="02.3",
    title="The softmax that almost always works",
    points=3,
    minutes=10,
    difficulty="medium",
    name="row_softmax",
    reference=row_softmax,
    shown=True,
    alternatives=(row_softmax_in_a_loop, row_softmax_transposed),
    fixed=(
        (np.array([[2.0, 1.0, 0.1]]),),
        (np.array([[1000.0, 0.0, 1000.0], [1.0, 2.0, 3.0]]),),
        (np.array([[2.0, 1.0, 0.1], [0.0, 0.0, 4.0], [1.0, -2.0, 1.0], [3.0, 3.0, 3.0]]),),
        (np.array([[1002.0, 1001.0, 1000.1], [2.0, 1.0, 0.1]]),),
        (np.array([[-1000.0, -1001.0], [0.0, 1.0], [5.0, 4.0]]),),
        (np.array([[0.0, 1.0], [5.0, 3.0]]),),
        (np.array([[5.0], [-900.0]]),),
        (np.array([[1100.0, 0.0, 0.0], [1.0, 2.0, 3.0]]),),  # far above the mean of its row
        (np.array([[0.0, 1500.0, 3.0]]),),
    ),
    random=lambda rng: (rng.normal(0, 3, rng.integers(2, 5, size=2)).round(2),),
    hints=(
        "Look at what is left of the second row after the subtraction. What is e to the power of "
        "that, for a computer?",
        "Each row is a softmax of its own, so each row needs its own largest number.",
        "`z.max(axis=1, keepdims=True)` is a column of maxima, one per row. What does "
        "`keepdims` do there? The line below already uses it.",
    ),
)


@row_softmax_exercise.mistake("nothing was changed")
def one_maximum_for_all(z):
    """This still subtracts one maximum, that of the whole table. A row far below it has only
    powers that a computer rounds to 0, and 0 / 0 is nan.
    """
    powers = np.exp(z - z.max())
    return powers / powers.sum(axis=1, keepdims=True)


@row_softmax_exercise.mistake
def maximum_not_subtracted(z):
    """Without the subtraction a logit of 1000 overflows: $e^{1000}$ is too large for a
    computer. Subtract, but in each row its own maximum.
    """
    return over_sum(np.exp(z))


@row_softmax_exercise.mistake
def maximum_of_each_column(z):
    """Here each column loses its own maximum, and that changes the differences inside a row,
    which are all that softmax sees. One number per row is wanted: `axis=1`.
    """
    return over_sum(np.exp(z - z.max(axis=0, keepdims=True)))


@row_softmax_exercise.mistake
def divided_by_the_sum_of_the_whole_table(z):
    """The powers are safe now. But all the numbers of the table together sum to 1, and each row
    should.
    """
    return np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z - z.max(axis=1, keepdims=True)).sum()


@row_softmax_exercise.mistake
def divided_by_the_sum_of_each_column(z):
    """The powers are safe now. But the columns sum to 1, and the rows should: an example is a
    row.
    """
    return over_sum(np.exp(z - z.max(axis=1, keepdims=True)), axis=0)


@row_softmax_exercise.mistake("`keepdims` forgotten in the sum")
def keepdims_forgotten_in_the_sum(z):
    """Without `keepdims=True` the sums lie in a row instead of a column. NumPy then divides
    column by column where it should divide row by row, or cannot divide at all.
    """
    return over_sum(np.exp(z - z.max(axis=1, keepdims=True)), keepdims=False)


@row_softmax_exercise.mistake("`keepdims` forgotten in the maximum")
def keepdims_forgotten_in_the_maximum(z):
    """Without `keepdims=True` the maxima lie in a row instead of a column. NumPy then subtracts
    column by column where it should subtract row by row, or cannot subtract at all.
    """
    return over_sum(np.exp(z - z.max(axis=1)))


@row_softmax_exercise.mistake("`keepdims` forgotten twice")
def keepdims_forgotten_twice(z):
    """Without `keepdims=True` the maxima lie in a row instead of a column. NumPy then subtracts
    column by column where it should subtract row by row, or cannot subtract at all. The sums
    have the same trouble.
    """
    return over_sum(np.exp(z - z.max(axis=1)), keepdims=False)


@row_softmax_exercise.mistake
def logits_clipped(z):
    """Clipping keeps the powers finite, and makes 1002 and 1001 equal: the differences are
    lost. Subtracting loses nothing.
    """
    return over_sum(np.exp(np.clip(z, -700, 700)))


def shrunk_rows(arguments, result):
    """For each row the factor by which its softmax is too small; None if it is no such row."""
    (z,) = arguments
    right = row_softmax(z)
    if result.shape != right.shape:
        raise ValueError
    sums = result.sum(axis=1)
    if not np.allclose(result, right * sums[:, None], atol=1e-6) or sums.max() > 1 + 1e-6:
        raise ValueError
    return sums


def far_below(z):
    """Which rows lie so far below the largest number of all that their powers are 0."""
    return z.max(axis=1) < z.max() - 700


def has_rows_of_zeros(arguments, result):
    sums = shrunk_rows(arguments, result)
    return np.array_equal(sums == 0, far_below(*arguments))


def has_shrunk_rows(arguments, result):
    sums = shrunk_rows(arguments, result)
    return bool(np.all((sums > 0.5) & (sums < 1)))


@row_softmax_exercise.mistake(seen=has_rows_of_zeros)
def nan_turned_into_zeros(z):
    """The row that was ruined now holds zeros (by `nan_to_num`, or by something tiny below the
    line), so it sums to 0 and not to 1. That hides the bug. The powers of that row must not
    all be 0 in the first place.
    """
    return np.exp(z - z.max()) / (np.exp(z - z.max()).sum(axis=1, keepdims=True) + 1e-12)


@row_softmax_exercise.mistake(seen=has_shrunk_rows)
def something_added_below_the_line(z):
    """The powers are safe now. But something is added to their sum, so each row sums to a little
    less than 1. Nothing needs to be added: the largest power of each row is 1.
    """
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / (powers.sum(axis=1, keepdims=True) + 1e-3)


@row_softmax_exercise.mistake
def softmax_of_the_softmax(z):
    """Softmax was applied twice, and that makes the shares of each row more alike. Once is
    enough.
    """
    return over_sum(np.exp(row_softmax(z)))


@row_softmax_exercise.mistake
def not_divided_by_the_sum(z):
    """The powers are safe now, and they are not shared out yet: divide each row by its own sum."""
    return np.exp(z - z.max(axis=1, keepdims=True))


@row_softmax_exercise.mistake
def the_signs_of_the_differences_lost(z):
    """Here the maximum comes first and z second, so the smallest logit gets the largest share.
    Subtract the maximum from z.
    """
    return over_sum(np.exp(z.max(axis=1, keepdims=True) - z))


@row_softmax_exercise.mistake
def only_the_largest_counts(z):
    """Each row has a 1 for its largest logit, and else 0. Softmax gives every class a share."""
    return 1.0 * (z == z.max(axis=1, keepdims=True))


@row_softmax_exercise.mistake("the sigmoid of each logit")
def sigmoid_of_each(z):
    """That is the sigmoid, of each logit by itself, so the rows do not sum to 1. Softmax looks at
    the whole row.
    """
    return 1 / (1 + np.exp(-z))


@row_softmax_exercise.mistake
def only_the_last_row(z):
    """Only the last row came back: each round of the loop writes over what was there before.
    Collect the rows in a list.
    """
    return row_softmax(z)[-1]


@row_softmax_exercise.mistake
def softmax_down_the_columns(z):
    """Everything is done along the columns: they sum to 1. An example is a row, so maximum and
    sum belong to rows: `axis=1`.
    """
    return over_sum(np.exp(z - z.max(axis=0)), axis=0)


@row_softmax_exercise.mistake
def the_mean_subtracted(z):
    """What is subtracted here is the mean of each row. That leaves large numbers where one logit
    is far above the others, and they overflow. With the largest one nothing is left above 0.
    """
    return over_sum(np.exp(z - z.mean(axis=1, keepdims=True)))


@row_softmax_exercise.mistake
def the_smallest_subtracted(z):
    """What is subtracted here is the smallest logit of each row, so the others stay above 0, and
    large ones overflow. Subtract the largest.
    """
    return over_sum(np.exp(z - z.min(axis=1, keepdims=True)))


@row_softmax_exercise.mistake
def divided_by_the_maximum(z):
    """Here the logits are divided by their maximum, and that changes their differences, which
    are all that softmax sees. Subtract it.
    """
    return over_sum(np.exp(z / z.max(axis=1, keepdims=True)))


@row_softmax_exercise.mistake
def only_the_first_row(z):
    """Only the first row came back: `return` ends the function at once, also inside a loop.
    Collect the rows in a list, and return them after the loop.
    """
    return row_softmax(z)[0]


# 02.4 ------------------------------------------------------------- choose by measurement

STARTS = range(5)
TARGET = 0.05


def judge_choice(arguments, choice):
    if len(choice) != 2:
        return f"Two names are wanted, as in ['ReLU', 'sigmoid']; there are {len(choice)}."
    for name in choice:
        if name not in given.ACTIVATIONS:
            return f"{name!r} is not in the list: {', '.join(given.ACTIVATIONS)}."
    for start in STARTS:
        loss, _ = given.teach_wave(*choice, start)
        if loss >= TARGET:
            ended = "overflowed" if loss == float("inf") else f"ended at {loss:.3f}"
            return f"From start {start} the loss {ended}, and it has to come below {TARGET}."
    return None


experiment = Exercise(
    id="02.4",
    title="Experiment with activations",
    points=3,
    minutes=15,
    difficulty="medium",
    name="choice",
    reference=lambda: ["tanh", "none"],
    alternatives=(lambda: ("tanh", "none"),),
    judge=judge_choice,
    hints=(
        "Begin with the output. The wave goes from −1 to 2: which of the activations can give all "
        "of these numbers?",
        "Keep that output, and try each activation in the hidden layer from all five starts. A "
        "small table of losses helps: one row for each activation, one column for each start.",
        "One hidden activation is good from four starts and fails from one: look at its dead "
        "neurons there. What does the last table of the lesson take in small networks?",
    ),
)


@experiment.mistake(seen=lambda arguments, choice: choice[0] == "none")
def no_activation_in_the_hidden_layer():
    """Without an activation in the hidden layer all that reaches the output is one straight
    line. An activation there can squeeze or clip it, but the wave goes down, up and down again.
    (Without any activation the steps are too large from most starts, and the loss overflows.)
    """
    return ["none", "none"]


@experiment.mistake(seen=lambda arguments, choice: choice[0] == "step")
def steps_in_the_hidden_layer():
    """The slope of a step is 0 everywhere, so nothing comes through to the weights before it:
    all 16 hidden neurons stay as chance made them, and at best the last one learns.
    """
    return ["step", "none"]


@experiment.mistake(seen=lambda arguments, choice: choice[1] in ("sigmoid", "tanh", "step"))
def an_output_that_cannot_reach_the_wave():
    """Sigmoid, tanh and step never give more than 1, and the wave goes up to 2. The loss cannot
    become small, whatever the hidden layer does.
    """
    return ["tanh", "tanh"]


@experiment.mistake(seen=lambda arguments, choice: choice[1] in ("ReLU", "leaky ReLU"))
def an_output_that_is_cut_at_0():
    """ReLU gives no negative number, and leaky ReLU only tiny ones, so the valleys of the wave
    are out of reach. An output that can be any number needs no squeezing.
    """
    return ["tanh", "ReLU"]


@experiment.mistake(seen=lambda arguments, choice: choice[0] == "sigmoid")
def sigmoid_in_the_hidden_layer():
    """It would get there, but slowly: its slope is 0.25 at best, so each round teaches the
    hidden layer little. 500 rounds are not enough. Which S-shaped curve is steeper?
    """
    return ["sigmoid", "none"]


@experiment.mistake(seen=lambda arguments, choice: choice[0] in ("ReLU", "leaky ReLU"))
def trusted_after_too_few_starts():
    """Good from four starts, and stuck from one: the first large steps of that start put its
    neurons where they are of no use, and with ReLU some are dead. Measure all five starts
    before you choose.
    """
    return ["ReLU", "none"]


EXERCISES = (one_neuron, leaky_relu_exercise, row_softmax_exercise, experiment)
