"""Exercises for lesson 06, gradient descent."""

import numpy as np

from nncourse.judging.compare import kind_of
from nncourse.judging.exercise import Exercise
from nnlib import nn, optim
from nnlib.nn.functional import sigmoid

TITLE = "Gradient descent"


# 06.1 ------------------------------------------------------------- predict a number


def two_steps():
    w = 1.0
    for _ in range(2):
        w = w - 0.05 * (18 * w - 36)
    return w


two_steps_exercise = Exercise(
    id="06.1",
    title="Two steps downhill",
    points=1,
    minutes=4,
    difficulty="easy",
    name="two_steps",
    reference=two_steps,
    hints=(
        "Feel the slope where you stand, step against it, and then feel the slope again: it is "
        "another one at the new place.",
        "At w = 1 the slope is 18 − 36 = −18. The step is minus 0.05 times that: +0.9.",
        "After the first step w = 1.9. There the slope is 18 · 1.9 − 36 = −1.8. One more step.",
    ),
)


@two_steps_exercise.mistake
def only_one_step():
    """That is the place after the first step. From there it takes one more."""
    return 1.9


@two_steps_exercise.mistake
def same_slope_twice():
    """The second step was made with the slope of the start. At the new place the ground is
    flatter: compute the slope again there.
    """
    return 2.8


@two_steps_exercise.mistake
def uphill():
    """Here the slope was added. The gradient points uphill, so it is taken away: minus times
    minus makes this weight grow.
    """
    return -1.61


@two_steps_exercise.mistake
def learning_rate_forgotten():
    """The whole slope was taken as the step. Only 0.05 of it is meant, or the weight jumps far
    over the valley.
    """
    return -287.0


@two_steps_exercise.mistake
def loss_in_place_of_the_slope():
    """The step was made with the loss itself. How far to go, and in which direction, is said by
    the slope of the loss.
    """
    return 0.55 - 0.05 * (3 * 0.55 - 6) ** 2


@two_steps_exercise.mistake
def the_bottom_itself():
    """At w = 2 is the bottom of the valley, and there the descent is heading. Where is it after
    two steps?
    """
    return 2.0


@two_steps_exercise.mistake
def three_steps():
    """That is one step too many. The start, w = 1, does not count as a step."""
    return 1.999


# 06.2 ------------------------------------------------------------- write a function


def teach(X, t, lr, steps, cost):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        a = 1 / (1 + np.exp(-(X @ w + b)))
        # output minus target; a loss that counts three times has a slope three times as large
        dz = np.where(t == 1, cost, 1) * (a - t) / len(t)
        # a weight is multiplied by its input, the bias by 1
        w = w - lr * dz @ X
        b = b - lr * dz.sum()
    return np.array([*w, b])


def teach_with_a_column_of_ones(X, t, lr, steps, cost):
    with_one = np.column_stack([X, np.ones(len(X))])  # the bias is a weight whose input is 1
    p = np.zeros(X.shape[1] + 1)
    for _ in range(steps):
        off = (sigmoid(with_one @ p) - t) * (1 + (cost - 1) * t)
        p -= lr * np.mean(off[:, None] * with_one, axis=0)
    return p


def teach_example_by_example(X, t, lr, steps, cost):
    parameters = [0.0] * (X.shape[1] + 1)
    for _ in range(steps):
        slopes = [0.0] * len(parameters)
        for x, target in zip(X, t, strict=True):
            inputs = [*x, 1.0]
            z = sum(w * i for w, i in zip(parameters, inputs, strict=True))
            off = 1 / (1 + np.exp(-z)) - target
            off = cost * off if target else off
            slopes = [s + off * i / len(X) for s, i in zip(slopes, inputs, strict=True)]
        parameters = [w - lr * s for w, s in zip(parameters, slopes, strict=True)]
    return np.array(parameters)


def mistaken_teach(slope=None, activation=sigmoid, mean=True, bias=True, sign=-1, fewer=0):
    def taught(X, t, lr, steps, cost):
        w, b = np.zeros(X.shape[1]), 0.0
        for _ in range(steps - fewer):
            a = activation(X @ w + b)
            dz = np.where(t == 1, cost, 1) * (slope(a, t) if slope else a - t)
            dz = dz / len(t) if mean else dz
            w = w + sign * lr * dz @ X
            b = b + sign * lr * dz.sum() if bias else b
        return np.array([*w, b])

    return taught


def is_one_step(arguments, result):
    """After any number of steps the result of the first; None or zeros where no step was asked."""
    X, t, lr, steps, cost = arguments
    if steps == 0:
        return result is None or not np.any(result)
    return np.allclose(result, teach(X, t, lr, 1, cost))


GATES = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])

teach_exercise = Exercise(
    id="06.2",
    title="When one mistake costs more",
    points=3,
    minutes=12,
    difficulty="medium",
    name="teach",
    reference=teach,
    shown=True,
    alternatives=(teach_with_a_column_of_ones, teach_example_by_example),
    fixed=(
        (GATES, np.array([0.0, 0, 0, 1]), 1.0, 1, 1.0),
        (GATES, np.array([0.0, 0, 0, 1]), 1.0, 1, 3.0),
        (GATES, np.array([0.0, 0, 0, 1]), 1.0, 100, 2.0),
        (GATES, np.array([0.0, 1, 1, 1]), 1.0, 100, 0.5),
        (GATES, np.array([1.0, 1, 1, 0]), 0.5, 30, 5.0),
        (np.array([[2.0]]), np.array([1.0]), 0.5, 2, 3.0),
        (GATES, np.array([0.0, 1, 1, 1]), 1.0, 0, 4.0),
    ),
    random=lambda rng: (
        rng.normal(size=(n := rng.integers(3, 7), rng.integers(1, 4))).round(2),
        np.append(rng.integers(0, 2, size=n - 2), [0, 1]).astype(float),
        round(rng.uniform(0.2, 0.8), 2),
        int(rng.integers(2, 12)),
        float(rng.choice([0.5, 2.0, 3.0, 5.0])),
    ),
    hints=(
        "Forget the cost at first: the lesson's neuron, for any number of inputs. Then ask what "
        "happens to a slope when its loss is multiplied by a number.",
        "The slope with respect to z is output minus target; for an example with target 1 it is "
        "`cost` times that. `np.where(t == 1, cost, 1)` has the right factor for each example.",
        "With `dz = np.where(t == 1, cost, 1) * (a - t) / len(t)`, the slope of the weights is "
        "`dz @ X`, and that of the bias is the sum of `dz`. At the end, `np.array([*w, b])`.",
    ),
)


@teach_exercise.mistake("uphill")
def uphill_06_2(*arguments):
    """The gradient is added, so the loss grows from step to step. A step goes against the
    slope: minus.
    """
    return mistaken_teach(sign=1)(*arguments)


@teach_exercise.mistake
def sum_in_place_of_the_mean(*arguments):
    """The slopes of all examples are added up and not divided by their number. So the steps are
    as many times too long as there are examples.
    """
    return mistaken_teach(mean=False)(*arguments)


@teach_exercise.mistake
def bias_not_taught(*arguments):
    """The bias always stays at 0. It is a parameter like the weights, with the slope “sum of
    dz”, and without it the neuron says 0.5 to the input (0, 0).
    """
    return mistaken_teach(bias=False)(*arguments)


@teach_exercise.mistake("the slope of MSE")
def the_slope_of_mse(*arguments):
    """This is the gradient of the squared error. With cross-entropy the slope of the sigmoid
    cancels, and only output minus target is left.
    """
    return mistaken_teach(slope=lambda a, t: 2 * (a - t) * a * (1 - a))(*arguments)


@teach_exercise.mistake
def slope_of_the_sigmoid_once_too_often(*arguments):
    """Output minus target has the slope of the sigmoid in it already. Here a (1 − a) is
    multiplied in once more.
    """
    return mistaken_teach(slope=lambda a, t: (a - t) * a * (1 - a))(*arguments)


@teach_exercise.mistake
def a_step_in_place_of_the_sigmoid(*arguments):
    """The outputs here are 0 or 1, as in a perceptron. Gradient descent needs the sigmoid,
    which changes a little when a weight does.
    """
    return mistaken_teach(activation=lambda z: (z > 0).astype(float))(*arguments)


@teach_exercise.mistake
def no_sigmoid(*arguments):
    """Here z itself is compared with the target. The output of the neuron is the sigmoid of z."""
    return mistaken_teach(activation=lambda z: z)(*arguments)


@teach_exercise.mistake("outputs computed only once")
def teach_without_looking_again(X, t, lr, steps, cost):
    """Every step is made with the outputs of the start. The outputs change with the weights, so
    they belong inside the loop.
    """
    a = sigmoid(np.zeros(len(t)))
    dz = np.where(t == 1, cost, 1) * (a - t) / len(t)
    return np.array([*(-steps * lr * dz @ X), -steps * lr * dz.sum()])


@teach_exercise.mistake(seen=is_one_step)
def only_one_step_counts(X, t, lr, steps, cost):
    """However many steps are asked for, the result is that of one. Either the `return` stands
    inside the loop, or the weights are set back to 0 in each step.
    """
    return teach(X, t, lr, min(steps, 1), cost)


@teach_exercise.mistake("a step after each example")
def teach_after_each_example(X, t, lr, steps, cost):
    """The weights move after every single example, as with the perceptron. Here one step looks
    at all examples with the same weights, and moves once by the mean.
    """
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        for inputs, target in zip(X, t, strict=True):
            off = (sigmoid(w @ inputs + b) - target) * (cost if target else 1)
            w, b = w - lr * off * inputs, b - lr * off
    return np.array([*w, b])


@teach_exercise.mistake("bias after the new weights")
def teach_with_the_new_weights(X, t, lr, steps, cost):
    """The slope of the bias is computed with the weights that have moved already. First all
    slopes, then all steps.
    """
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        weight = np.where(t == 1, cost, 1) / len(t)
        w = w - lr * (weight * (sigmoid(X @ w + b) - t)) @ X
        b = b - lr * (weight * (sigmoid(X @ w + b) - t)).sum()
    return np.array([*w, b])


@teach_exercise.mistake
def one_step_too_few(*arguments):
    """The loop ends one step early: `range(steps)` runs exactly `steps` times."""
    return mistaken_teach(fewer=1)(*arguments)


@teach_exercise.mistake
def bias_first(X, t, lr, steps, cost):
    """The numbers are right, and the order is not: the weights come first, the bias last."""
    return np.roll(teach(X, t, lr, steps, cost), 1)


@teach_exercise.mistake
def one_step_too_many(X, t, lr, steps, cost):
    """The loop runs once too often: `range(steps)` runs exactly `steps` times."""
    return teach(X, t, lr, steps + 1, cost)


@teach_exercise.mistake
def a_factor_of_2(*arguments):
    """All slopes are twice too large. The 2 belongs to the slope of a square; with the
    cross-entropy output minus target is all there is.
    """
    return mistaken_teach(slope=lambda a, t: 2 * (a - t))(*arguments)


@teach_exercise.mistake
def always_divided_by_4(*arguments):
    """The slopes are divided by 4, whatever the number of examples. For the four rows of a gate
    that is right; in general divide by `len(t)`.
    """
    return mistaken_teach(slope=lambda a, t: (a - t) * len(t) / 4)(*arguments)


def teach_with_bias_slope(factor):
    def taught(X, t, lr, steps, cost):
        w, b = np.zeros(X.shape[1]), 0.0
        for _ in range(steps):
            dz = np.where(t == 1, cost, 1) * (sigmoid(X @ w + b) - t) / len(t)
            w, b = w - lr * dz @ X, b - lr * dz.sum() * factor(len(t))
        return np.array([*w, b])

    return taught


@teach_exercise.mistake
def the_slope_of_the_bias_not_averaged(*arguments):
    """The slope of the weights is a mean over the examples, and that of the bias is a sum. Both
    belong to the same loss: divide by the number of examples in both.
    """
    return teach_with_bias_slope(lambda n: n)(*arguments)


@teach_exercise.mistake
def the_slope_of_the_bias_averaged_twice(*arguments):
    """The slope of the bias is divided twice by the number of examples: `dz` is divided already,
    so add it up with `sum`.
    """
    return teach_with_bias_slope(lambda n: 1 / n)(*arguments)


@teach_exercise.mistake
def weights_and_bias_apart(X, t, lr, steps, cost):
    """The numbers are right, in two pieces, w and b. One array is wanted: `np.array([*w, b])`
    puts the weights and then the bias into it.
    """
    found = teach(X, t, lr, steps, cost)
    return found[:-1], found[-1]


@teach_exercise.mistake
def cost_forgotten(X, t, lr, steps, cost):
    """Every mistake costs the same here, as in the lesson. Where the target is 1, the loss and so
    the slope is `cost` times as large.
    """
    return teach(X, t, lr, steps, 1.0)


@teach_exercise.mistake
def cost_for_all_examples(X, t, lr, steps, cost):
    """All slopes are multiplied by `cost`, which is only another learning rate. It belongs to the
    examples with target 1.
    """
    return teach(X, t, lr * cost, steps, 1.0)


@teach_exercise.mistake
def cost_for_the_zeros(X, t, lr, steps, cost):
    """The other mistake is the expensive one: `cost` belongs to the examples with target 1."""
    return teach(X, t, lr * cost, steps, 1 / cost)


@teach_exercise.mistake
def cost_on_the_target(X, t, lr, steps, cost):
    """The target is multiplied by `cost`, and not the slope: output minus target is taken first,
    then all of it is multiplied.
    """
    return mistaken_teach(slope=lambda a, t: np.where(t == 1, a / cost - t, a - t))(
        X, t, lr, steps, cost
    )


@teach_exercise.mistake("divided by the sum of the costs")
def divided_by_the_costs(X, t, lr, steps, cost):
    """The slopes are divided by the sum of the factors, a weighted mean. Here the mean is over the
    number of examples, `len(t)`, whatever each of them costs.
    """
    return teach(X, t, lr * len(t) / np.where(t == 1, cost, 1).sum(), steps, cost)


# 06.3 ------------------------------------------------------------- find the bugs


def epoch(p, X, y, order, size, lr):
    # both in the same order: each example keeps its own target
    X, y = X[order], y[order]
    # up to the end: a slice beyond it is simply shorter, and that is the last batch
    for first in range(0, len(y), size):
        X_batch, y_batch = X[first : first + size], y[first : first + size]
        # the mean over this batch, which may be a small one
        slope = 2 * (X_batch @ p - y_batch) @ X_batch / len(y_batch)
        p = p - lr * slope
    return p


def epoch_by_numbers(p, X, y, order, size, lr):
    for first in range(0, len(order), size):
        chosen = order[first : first + size]
        error = X[chosen] @ p - y[chosen]
        p = p - lr * 2 * np.mean(error[:, None] * X[chosen], axis=0)
    return p


def epoch_with_while(p, X, y, order, size, lr):
    left = list(order)
    while left:
        batch, left = left[:size], left[size:]
        slope = np.zeros(len(p))
        for i in batch:
            slope += 2 * (X[i] @ p - y[i]) * X[i]
        p = p - lr * slope / len(batch)
    return p


def epoch_with(pairs=True, last=True, mean=True, sign=-1, moving=True, shuffled=True, stride=None):
    def one_epoch(p, X, y, order, size, lr):
        start = p
        if shuffled:
            X, y = X[order], y[order] if pairs else y
        for first in range(0, len(y) if last else len(y) - size, stride or size):
            X_batch, y_batch = X[first : first + size], y[first : first + size]
            off = X_batch @ (p if moving else start) - y_batch
            p = p + sign * lr * 2 * off @ X_batch / (len(y_batch) if mean else len(y))
        return p

    return one_epoch


PAIRS = (
    "Only `X` is put into the new order. So every example meets the target of another one, and "
    "there is nothing to learn."
)
LAST = (
    "The loop ends too early, and the last batch is never used. When less than a whole batch is "
    "left over, that is still a batch, a small one."
)
MEAN = (
    "The slope of a batch is divided by the number of all examples. It should be a mean over the "
    "batch, or the steps get shorter the more data there is."
)

epoch_exercise = Exercise(
    id="06.3",
    title="An epoch that learns nothing",
    points=3,
    minutes=12,
    difficulty="medium",
    name="epoch",
    reference=epoch,
    shown=True,
    alternatives=(epoch_by_numbers, epoch_with_while),
    fixed=(
        (
            np.array([0.0, 0.0]),
            np.array([[0.0, 1], [1, 1], [2, 1], [3, 1], [4, 1]]),
            np.array([1.0, 3, 5, 7, 9]),
            np.array([3, 0, 4, 1, 2]),
            2,
            0.1,
        ),
        (
            np.array([1.0, -1.0]),
            np.array([[0.5, 1], [1.5, 1], [-1, 1], [2, 1]]),
            np.array([1.0, 0, 2, -1]),
            np.array([2, 0, 3, 1]),
            2,
            0.1,
        ),
        (
            np.array([0.5, 0.5]),
            np.array([[1.0, 1], [2, 1], [4, 1]]),
            np.array([2.0, 3, 1]),
            np.array([1, 2, 0]),
            1,
            0.02,
        ),
        (
            np.array([0.0, 0.0]),
            np.array([[1.0, 1], [2, 1], [4, 1]]),
            np.array([2.0, 3, 1]),
            np.array([2, 1, 0]),
            32,
            0.05,
        ),
    ),
    random=lambda rng: (
        rng.normal(size=2).round(2),
        np.column_stack([rng.uniform(-2, 2, size=(n := rng.integers(5, 10))), np.ones(n)]).round(2),
        rng.normal(size=n).round(2),
        rng.permutation(n),
        int(rng.integers(2, 5)),
        round(rng.uniform(0.02, 0.2), 2),
    ),
    hints=(
        "There are three bugs, in three different lines. Take five examples and batches of two, "
        "and write down which examples and which targets each step looks at.",
        "First: after `X = X[order]`, does row i of X still belong to y[i]? Second: with five "
        "examples and batches of two, which values does `first` take? Third: what should the "
        "slope be divided by?",
        "Shuffle `y` with the same order. Let `range` go up to `len(y)`: a slice that reaches "
        "beyond the end is simply shorter. And the mean is over `len(y_batch)` examples.",
    ),
)


@epoch_exercise.mistake
def all_three_bugs_are_still_there(*arguments):
    """These are the numbers of the function as it was given. Print `X_batch` and `y_batch` in
    the loop, and compare them with the data.
    """
    return epoch_with(pairs=False, last=False, mean=False)(*arguments)


@epoch_exercise.mistake
def examples_and_targets_parted(*arguments):
    """Two bugs are fixed, one is left. Only `X` is put into the new order. So every example
    meets the target of another one, and there is nothing to learn.
    """
    return epoch_with(pairs=False)(*arguments)


@epoch_exercise.mistake
def last_batch_lost(*arguments):
    """Two bugs are fixed, one is left. The loop ends too early, and the last batch is never
    used. When less than a whole batch is left over, that is still a batch, a small one.
    """
    return epoch_with(last=False)(*arguments)


@epoch_exercise.mistake
def mean_over_everything(*arguments):
    """Two bugs are fixed, one is left. The slope of a batch is divided by the number of all
    examples. It should be a mean over the batch, or the steps get shorter the more data
    there is.
    """
    return epoch_with(mean=False)(*arguments)


@epoch_exercise.mistake
def only_the_order_fixed(*arguments):
    """Examples and targets stay together now, and two bugs are left. The loop ends too early,
    and the last batch is never used. When less than a whole batch is left over, that is
    still a batch, a small one.
    """
    return epoch_with(last=False, mean=False)(*arguments)


@epoch_exercise.mistake
def only_the_loop_fixed(*arguments):
    """Every batch is used now, and two bugs are left. Only `X` is put into the new order. So
    every example meets the target of another one, and there is nothing to learn.
    """
    return epoch_with(pairs=False, mean=False)(*arguments)


@epoch_exercise.mistake
def only_the_mean_fixed(*arguments):
    """The mean is right now, and two bugs are left. Only `X` is put into the new order. So
    every example meets the target of another one, and there is nothing to learn.
    """
    return epoch_with(pairs=False, last=False)(*arguments)


@epoch_exercise.mistake("a small last batch lost")
def epoch_of_whole_batches(p, X, y, order, size, lr):
    """Whole batches are all used now. But when less than a whole batch is left over at the end,
    those examples are never looked at: that is still a batch, a small one.
    """
    return epoch(p, X, y, order[: len(order) // size * size], size, lr)


@epoch_exercise.mistake("divided by the batch size")
def epoch_divided_by_size(p, X, y, order, size, lr):
    """All is right but the last batch, where it is a small one: `size` is larger than the
    number of its examples. Divide by how many there really are.
    """
    X, y = X[order], y[order]
    for first in range(0, len(y), size):
        X_batch, y_batch = X[first : first + size], y[first : first + size]
        p = p - lr * 2 * (X_batch @ p - y_batch) @ X_batch / size
    return p


@epoch_exercise.mistake
def order_not_used(*arguments):
    """Examples and targets belong together again, but in the old order. Both are to be taken in
    the order that `order` gives.
    """
    return epoch_with(shuffled=False)(*arguments)


@epoch_exercise.mistake
def always_from_the_start(*arguments):
    """Every batch looks at the slope where the epoch began. After each batch the parameters
    have moved, and the next slope is felt at the new place.
    """
    return epoch_with(moving=False)(*arguments)


@epoch_exercise.mistake("uphill")
def uphill_06_3(*arguments):
    """The slope is added here. A step goes against it: minus."""
    return epoch_with(sign=1)(*arguments)


@epoch_exercise.mistake
def batches_overlap(*arguments):
    """Each batch begins only one example after the one before, so examples are used many times.
    In one epoch each is used once: `first` jumps by `size`.
    """
    return epoch_with(stride=1)(*arguments)


@epoch_exercise.mistake
def not_divided_at_all(p, X, y, order, size, lr):
    """The slopes of a batch are added up and not divided. The loss is a mean over the batch, so
    its slope is divided by the number of examples in it.
    """
    X, y = X[order], y[order]
    for first in range(0, len(y), size):
        X_batch, y_batch = X[first : first + size], y[first : first + size]
        p = p - lr * 2 * (X_batch @ p - y_batch) @ X_batch
    return p


@epoch_exercise.mistake("`return` inside the loop")
def epoch_of_one_batch(p, X, y, order, size, lr):
    """Only the first batch was used: `return` ends the function at once, also inside the loop.
    Move it to the left, to the level of `for`.
    """
    return epoch(p, X, y, order[:size], size, lr)


@epoch_exercise.mistake("the factor 2 forgotten")
def epoch_without_2(p, X, y, order, size, lr):
    """Every step is half as long as it should be: the slope of a square has a factor 2."""
    return epoch(p, X, y, order, size, lr / 2)


@epoch_exercise.mistake
def the_first_batch_skipped(p, X, y, order, size, lr):
    """The first batch is never used: `first` begins at 0."""
    return epoch(p, X, y, order[size:], size, lr)


@epoch_exercise.mistake
def one_step_with_everything(p, X, y, order, size, lr):
    """There is one step, with all examples at once. A step belongs to each batch."""
    return epoch(p, X, y, order, len(y), lr)


# 06.4 ------------------------------------------------------------- a rate, judged by measurement

x_valley = np.array([1.0, 2.0, 3.0, 4.0])
X_VALLEY = np.column_stack([x_valley, np.ones(4)])
Y_VALLEY = 3 * x_valley - 2
STEPS, WANTED = 100, 0.002


def loss_after(lr):
    """The mean squared error after STEPS steps from (0, 0) with this rate."""
    p = np.zeros(2)
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            p = p - lr * 2 * (X_VALLEY @ p - Y_VALLEY) @ X_VALLEY / 4
        return np.mean((X_VALLEY @ p - Y_VALLEY) ** 2)


BORDER = 2 / np.linalg.eigvalsh(2 * X_VALLEY.T @ X_VALLEY / 4)[-1]  # beyond it every jump is longer


def judge_rate(arguments, lr):
    if isinstance(lr, bool) or not isinstance(lr, int | float | np.integer | np.floating):
        return f"A single number is wanted, the learning rate; {kind_of(lr)} came."
    reached = loss_after(lr)
    if reached < WANTED:
        return None
    return f"With lr = {lr:g} the loss after {STEPS} steps is {reached:.3g}, not below {WANTED}."


valley_exercise = Exercise(
    id="06.4",
    title="The narrow valley",
    points=2,
    minutes=10,
    difficulty="medium",
    name="valley_lr",
    reference=lambda: 0.112,
    alternatives=(lambda: 0.11, lambda: 0.115),
    judge=judge_rate,
    hints=(
        "Try rates that differ by a factor of ten first, and find one that is too small and one "
        "that diverges. Yours lies between them.",
        "Halve the interval again and again: 0.01 is too small, 0.2 diverges, what about 0.1? Then "
        "look closer at where the losses begin to grow.",
        "0.1 is almost good enough, and 0.12 diverges. The right rates lie in between, "
        "a little below the border.",
    ),
)


@valley_exercise.mistake(seen=lambda arguments, lr: 0 < lr < 0.11 and loss_after(lr) >= WANTED)
def too_small():
    """Every step goes the right way, but along the flat bottom of the valley the steps are too
    short. Dare a larger rate.
    """
    return 0.05


@valley_exercise.mistake(seen=lambda arguments, lr: lr >= BORDER)
def diverges():
    """This rate is beyond the border: across the valley every jump lands higher than the one
    before. Make it smaller.
    """
    return 0.15


@valley_exercise.mistake(seen=lambda arguments, lr: 0.11 < lr < BORDER and loss_after(lr) >= WANTED)
def too_near_the_border():
    """It does not diverge, but so near the border it jumps from side to side, and each jump is
    hardly shorter than the one before. A little smaller is much better.
    """
    return 0.119


@valley_exercise.mistake("uphill", seen=lambda arguments, lr: lr < 0)
def uphill_06_4():
    """With a negative rate every step goes uphill. The minus sign is in the rule already: the
    rate itself is positive.
    """
    return -0.1


@valley_exercise.mistake(seen=lambda arguments, lr: lr == 0)
def stands_still():
    """With a rate of 0 nothing moves, and the loss stays what it was at the start."""
    return 0.0


# 06.5 ------------------------------------------------------------- a whole loop with nnlib


def train_line(X, y, size, epochs, lr):
    model = nn.Sequential(nn.Linear(X.shape[1], 1)).to(np.float64)
    for parameter in model.parameters():
        parameter.data[...] = 0
    loss_fn, optimizer = nn.MSELoss(), optim.SGD(model.parameters(), lr=float(lr))
    targets, losses = y.reshape(len(y), 1), []
    for _ in range(epochs):
        for first in range(0, len(X), size):
            optimizer.zero_grad()
            loss_fn(model(X[first : first + size]), targets[first : first + size])
            model.backward(loss_fn.backward())
            optimizer.step()
        losses.append(loss_fn(model(X), targets))
    return np.array(losses)


def train_line_by_hand(X, y, size, epochs, lr):
    with_one, losses = np.column_stack([X, np.ones(len(X))]), []
    p = np.zeros(with_one.shape[1])
    for _ in range(epochs):
        p = epoch(p, with_one, y, np.arange(len(y)), size, lr)
        losses.append(np.mean((with_one @ p - y) ** 2))
    return np.array(losses)


def train_line_with_a_linear_layer_alone(X, y, size, epochs, lr):
    linear, loss_fn = nn.Linear(X.shape[1], 1).to(np.float64), nn.MSELoss()
    linear.weight.data[:], linear.bias.data[:] = 0, 0
    found = np.zeros(epochs)
    for number in range(epochs):
        for first in range(0, len(X), size):
            linear.zero_grad()
            loss_fn(linear(X[first : first + size]), y[first : first + size, None])
            linear.backward(loss_fn.backward())
            for parameter in (linear.weight, linear.bias):
                parameter.data -= lr * parameter.grad
        found[number] = loss_fn(linear(X), y[:, None])
    return found


def mistaken_loop(
    forget=True, every_batch=True, report="all", sign=-1, first_only=False, order="after"
):
    """train_line by hand, with mistakes."""

    def train(X, y, size, epochs, lr):
        with_one, losses = np.column_stack([X, np.ones(len(X))]), []
        p, gradient = np.zeros(with_one.shape[1]), np.zeros(with_one.shape[1])
        for _ in range(epochs):
            if order == "before":
                losses.append(np.mean((with_one @ p - y) ** 2))
            for first in range(0, len(y), size):
                A, t = with_one[first : first + size], y[first : first + size]
                last = np.mean((A @ p - t) ** 2)
                new = 2 * (A @ p - t) @ A / len(t)
                gradient = new if forget else gradient + new
                if every_batch:
                    p = p + sign * lr * gradient
                if first_only:
                    break
            if not every_batch:
                p = p + sign * lr * gradient
            if order == "after":
                losses.append(last if report == "batch" else np.mean((with_one @ p - y) ** 2))
        return np.array(losses)

    return train


train_line_exercise = Exercise(
    id="06.5",
    title="The whole loop, with nnlib",
    points=3,
    minutes=12,
    difficulty="medium",
    name="train_line",
    reference=train_line,
    alternatives=(train_line_by_hand, train_line_with_a_linear_layer_alone),
    rtol=1e-4,  # nnlib's own float32 is enough
    atol=1e-6,
    fixed=(
        (np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([1.0, 3, 5, 7]), 2, 3, 0.05),
        (np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([1.0, 3, 5, 7]), 4, 5, 0.1),
        (
            np.array([[1.0, 0], [0, 1], [1, 1], [2, -1], [0, 0]]),
            np.array([1.0, -1, 0, 3, 0]),
            2,
            4,
            0.1,
        ),
        (np.array([[2.0]]), np.array([1.0]), 8, 2, 0.05),
    ),
    random=lambda rng: (
        rng.uniform(-1, 1, size=(n := rng.integers(4, 9), rng.integers(1, 4))).round(2),
        rng.normal(size=n).round(2),
        int(rng.integers(1, n)),
        int(rng.integers(2, 5)),
        round(rng.uniform(0.02, 0.1), 3),
    ),
    hints=(
        "Four parts, before the loops: the model, its parameters set to 0, the loss, the "
        "optimizer. Then two loops: epochs, and in each of them the batches.",
        "The four lines of a step are in the lesson. The network wants a column of targets: "
        "`y.reshape(len(y), 1)`.",
        "After the inner loop, once per epoch, `losses.append(loss_fn(model(X), targets))`, with "
        "all examples. After both loops, `return np.array(losses)`.",
    ),
)


@train_line_exercise.mistake("`zero_grad` forgotten")
def zero_grad_forgotten(*arguments):
    """Each step is made with the sum of all gradients so far. `optimizer.zero_grad()` has to come
    in every step, before the backward pass.
    """
    return mistaken_loop(forget=False)(*arguments)


@train_line_exercise.mistake
def one_step_per_epoch(*arguments):
    """The weights move only once per epoch, after the last batch. A step belongs to every batch:
    into the inner loop.
    """
    return mistaken_loop(every_batch=False)(*arguments)


@train_line_exercise.mistake
def the_loss_of_the_last_batch(*arguments):
    """These are the losses of the last batch of each epoch, before its step. Wanted is the
    loss over all examples after the epoch: once more forwards, with all of X.
    """
    return mistaken_loop(report="batch")(*arguments)


@train_line_exercise.mistake
def measured_before_the_epoch(*arguments):
    """The losses are those before each epoch. Measure after the last batch of the epoch."""
    return mistaken_loop(order="before")(*arguments)


@train_line_exercise.mistake
def only_the_first_batch(*arguments):
    """In each epoch only the first batch is used. The inner loop goes on to the end of the data:
    `range(0, len(X), size)`.
    """
    return mistaken_loop(first_only=True)(*arguments)


@train_line_exercise.mistake
def no_step(X, y, size, epochs, lr):
    """The loss never changes, so the weights never move: `optimizer.step()` is missing, or it finds
    no gradient, because `backward` is missing or `zero_grad` stands between `backward` and `step`.
    """
    return np.full(epochs, np.mean(y**2))


@train_line_exercise.mistake
def a_single_number(*arguments):
    """Only the loss after the last epoch came back. Collect one loss per epoch in a list."""
    return train_line(*arguments)[-1]


@train_line_exercise.mistake
def all_examples_in_one_step(X, y, size, epochs, lr):
    """There is one step per epoch, with all examples. `size` of them belong to one step, and then
    come the next ones.
    """
    return train_line(X, y, len(y), epochs, lr)


@train_line_exercise.mistake
def a_loss_for_each_batch(X, y, size, epochs, lr):
    """There is a loss for every batch here, because its line stands in the inner loop. One for
    each epoch is wanted, after the inner loop.
    """
    with_one, losses, p = np.column_stack([X, np.ones(len(X))]), [], np.zeros(X.shape[1] + 1)
    for _ in range(epochs):
        for first in range(0, len(y), size):
            A, t = with_one[first : first + size], y[first : first + size]
            p = p - lr * 2 * (A @ p - t) @ A / len(t)
            losses.append(np.mean((with_one @ p - y) ** 2))
    return np.array(losses)


@train_line_exercise.mistake
def the_mean_of_the_batches(X, y, size, epochs, lr):
    """These are the means of the losses of the batches, each measured before its step. Wanted is
    the loss over all examples after the epoch: once more forwards, with all of X.
    """
    with_one, losses, p = np.column_stack([X, np.ones(len(X))]), [], np.zeros(X.shape[1] + 1)
    for _ in range(epochs):
        found = []
        for first in range(0, len(y), size):
            A, t = with_one[first : first + size], y[first : first + size]
            found.append(np.mean((A @ p - t) ** 2))
            p = p - lr * 2 * (A @ p - t) @ A / len(t)
        losses.append(np.mean(found))
    return np.array(losses)


@train_line_exercise.mistake
def a_new_start_in_each_epoch(X, y, size, epochs, lr):
    """Every epoch ends with the loss of the first one: the model is made, or set back to 0, in
    each of them. That belongs before both loops.
    """
    return np.full(epochs, train_line(X, y, size, 1, lr)[0])


@train_line_exercise.mistake
def a_row_against_a_column(X, y, size, epochs, lr):
    """The network gives a column, and the targets are a row. Make a column of them:
    `y.reshape(len(y), 1)`.
    """
    return nn.MSELoss()(np.zeros((len(y[:size]), 1)), y[:size])


# 06.6 ------------------------------------------------------------- predict three numbers

EXAMPLES, BATCH, OFF = 10_000, 32, 0.8


def judge_batches(arguments, batches):
    if not isinstance(batches, list | tuple | np.ndarray) or len(batches) != 3:
        return "Three numbers are wanted: steps, examples in the last one, and the error."
    steps, last, off = (float(number) for number in batches)
    if steps != 313:
        return f"{steps:g} steps are not one epoch."
    if last != 16:
        return f"In the last step there are not {last:g} examples."
    if abs(off - 0.1) > 1e-3:
        return f"The first two numbers are right. With batches of 64 it is not off by {off:g}."
    return None


batches_exercise = Exercise(
    id="06.6",
    title="What a batch size means",
    points=2,
    minutes=6,
    difficulty="easy",
    name="batches",
    reference=lambda: [313, 16, 0.1],
    alternatives=(lambda: (313.0, 16.0, 0.1),),
    judge=judge_batches,
    hints=(
        "How often do 32 examples fit into 10,000, and what is left over? And is what is left over "
        "thrown away?",
        "10,000 = 312 · 32 + 16. What is left makes one more step, with a small batch.",
        "The square-root law: a batch with 64 times as many examples is off by an eighth as much.",
    ),
)


@batches_exercise.mistake(seen=lambda arguments, batches: float(batches[0]) == 312)
def left_over_thrown_away():
    """312 whole batches leave 16 examples over. They are used as well, in a step of their own."""
    return [312, 32, 0.1]


@batches_exercise.mistake(seen=lambda arguments, batches: 312 < float(batches[0]) < 313)
def a_part_of_a_step():
    """10,000 / 32 is 312.5, and there is no half step: the batch that is left over is smaller, and
    its step is a whole one.
    """
    return [312.5, 16, 0.1]


@batches_exercise.mistake(
    seen=lambda arguments, batches: list(map(float, batches[:2])) == [313, 32]
)
def last_batch_full():
    """313 batches of 32 would be 10,016 examples. The last batch makes do with what is left."""
    return [313, 32, 0.1]


@batches_exercise.mistake(
    seen=lambda arguments, batches: (
        list(map(float, batches[:2])) == [313, 16] and abs(float(batches[2]) - OFF / 64) < 1e-4
    )
)
def error_over_the_number():
    """64 times as many examples do not make the error 64 times smaller, but only the root of 64
    times: the square-root law.
    """
    return [313, 16, OFF / 64]


@batches_exercise.mistake(
    seen=lambda arguments, batches: (
        list(map(float, batches[:2])) == [313, 16] and abs(float(batches[2]) - OFF) < 1e-4
    )
)
def error_stays():
    """A larger batch gives a better answer: the error of a mean falls with the number of examples,
    if only with its root.
    """
    return [313, 16, OFF]


EXERCISES = (
    two_steps_exercise,
    teach_exercise,
    epoch_exercise,
    valley_exercise,
    train_line_exercise,
    batches_exercise,
)
