"""Exercises for lesson 08: the line to beat, one step of the loop, a wrong loss, a patient."""

import numpy as np

from nncourse.exercises.given import lesson_08 as given
from nncourse.judging.exercise import Exercise
from nnlib import nn, optim
from nnlib.nn.functional import sigmoid

TITLE = "A network from scratch: XOR"


# 08.1 ------------------------------------------------------------- predict a number


def line_to_beat():
    # best single answer: the mean of the targets, 0.2; off by 0.2 eight times, by 0.8 twice
    return (8 * 0.2**2 + 2 * 0.8**2) / 10


line_exercise = Exercise(
    id="08.1",
    title="The line to beat",
    points=1,
    minutes=5,
    difficulty="easy",
    name="line_to_beat",
    reference=line_to_beat,
    shown=True,
    hints=(
        "First find the one answer that is best for all ten. Would you still say 0.5, when eight "
        "of ten targets are 0?",
        "For the squared error the best single answer is the mean of the targets. Now work out "
        "its error for a legitimate email and for spam.",
        "The answer is 0.2. It is off by 0.2 for eight emails and by 0.8 for two. Square, add all "
        "ten up, and take the mean.",
    ),
)


@line_exercise.mistake
def one_half():
    """0.25 is what always saying 0.5 costs. That is best when half of the targets are 1, as in
    XOR. Here only two of ten are: an answer nearer to 0 does better.
    """
    return 0.25


@line_exercise.mistake("always no, or the answer itself")
def always_no_or_the_answer_itself():
    """Two ways lead to 0.2. It is the best single answer, but its loss is asked for: square its
    two distances, and take the mean. And 0.2 is the loss of saying 0 to everything; the best
    answer has a lower one.
    """
    return 0.2


@line_exercise.mistake
def sum_in_place_of_the_mean():
    """The best answer is found, and the ten squares add up to this. The loss is their mean."""
    return 1.6


@line_exercise.mistake
def not_squared():
    """This is the mean of the distances. The loss takes the mean of their squares."""
    return 0.32


@line_exercise.mistake
def root_taken():
    """All was right until you took the root. The mean squared error has none."""
    return 0.4


@line_exercise.mistake
def one_of_each_kind():
    """This is the mean of 0.2² and 0.8², as if spam were as frequent as legitimate email. There
    are two of the one and eight of the other, and each email counts once.
    """
    return 0.34


@line_exercise.mistake
def the_two_kinds_exchanged():
    """You have 0.8² eight times and 0.2² twice. It is the eight legitimate emails that are
    only 0.2 away.
    """
    return 0.52


# 08.2 ------------------------------------------------------------- write a function


def one_step(X, T, parameters, lr):
    W1, b1, W2, b2 = parameters
    A1 = 1 / (1 + np.exp(-(X @ W1.T + b1)))
    A2 = 1 / (1 + np.exp(-(A1 @ W2.T + b2)))
    dZ2 = (A2 - T) / len(X) * A2 * (1 - A2)
    dZ1 = dZ2 @ W2 * A1 * (1 - A1)
    # nothing was changed so far: both layers get their blame from the same network
    return [
        W1 - lr * (dZ1.T @ X),
        b1 - lr * dZ1.sum(axis=0),
        W2 - lr * (dZ2.T @ A1),
        b2 - lr * dZ2.sum(axis=0),
    ]


def one_step_example_by_example(X, T, parameters, lr):
    W1, b1, W2, b2 = parameters
    after = [np.array(array, dtype=float) for array in parameters]
    for x, t in zip(X, T, strict=True):
        a1 = sigmoid(W1 @ x + b1)
        a2 = sigmoid(W2 @ a1 + b2)
        dz2 = (a2 - t) * a2 * (1 - a2) / len(X)
        dz1 = (W2.T @ dz2) * a1 * (1 - a1)
        gradients = (np.outer(dz1, x), dz1, np.outer(dz2, a1), dz2)
        for array, gradient in zip(after, gradients, strict=True):
            array -= lr * gradient
    return after


def one_step_with_nnlib(X, T, parameters, lr):
    hidden, inputs = parameters[0].shape
    outputs = len(parameters[3])
    first, second = nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)
    model = nn.Sequential(first, nn.Sigmoid(), second, nn.Sigmoid()).to(np.float64)
    for parameter, array in zip(model.parameters(), parameters, strict=True):
        parameter.data[...] = array
    model.backward((model(X) - T) / len(X))
    optim.SGD(model.parameters(), lr=lr).step()
    return [parameter.data for parameter in model.parameters()]


def step_with(
    X,
    T,
    parameters,
    lr,
    error=lambda A2, T: A2 - T,
    share=None,
    last_slope=lambda A2: A2 * (1 - A2),
    hidden_slope=lambda A1: A1 * (1 - A1),
    W2_sent_back=lambda old, new: old,
    over_examples=np.sum,
    biases=True,
):
    """one_step with some of its parts exchanged, for the mistakes below."""
    W1, b1, W2, b2 = parameters
    A1 = sigmoid(X @ W1.T + b1)
    A2 = sigmoid(A1 @ W2.T + b2)
    dZ2 = error(A2, T) / (share or len(X)) * last_slope(A2)
    new_W2 = W2 - lr * dZ2.T @ A1
    dZ1 = dZ2 @ W2_sent_back(W2, new_W2) * hidden_slope(A1)
    new_b1, new_b2 = (b - lr * over_examples(dZ, axis=0) for b, dZ in ((b1, dZ1), (b2, dZ2)))
    if not biases:
        new_b1, new_b2 = b1, b2
    return [W1 - lr * dZ1.T @ X, new_b1, new_W2, new_b2]


def case_of_step(rng, examples, inputs, hidden, outputs):
    return (
        rng.normal(0, 1, (examples, inputs)).round(2),
        rng.integers(0, 2, (examples, outputs)).astype(float),
        [
            rng.normal(0, 1, (hidden, inputs)).round(2),
            rng.normal(0, 1, hidden).round(2),
            rng.normal(0, 1, (outputs, hidden)).round(2),
            rng.normal(0, 1, outputs).round(2),
        ],
        round(rng.uniform(0.2, 3.0), 2),
    )


ONE_OF_EACH = (  # small enough for paper: every weight and every bias is 0
    np.array([[1.0]]),
    np.array([[1.0]]),
    [np.array([[0.0]]), np.array([0.0]), np.array([[0.0]]), np.array([0.0])],
    1.0,
)

step_exercise = Exercise(
    id="08.2",
    title="One step of the loop",
    points=4,
    minutes=15,
    difficulty="medium",
    name="one_step",
    reference=one_step,
    shown=True,
    alternatives=(one_step_example_by_example, one_step_with_nnlib),
    fixed=(
        ONE_OF_EACH,
        case_of_step(np.random.default_rng(7), 5, 2, 3, 1),
        case_of_step(np.random.default_rng(8), 4, 2, 4, 1),
        case_of_step(np.random.default_rng(9), 3, 2, 2, 2),
    ),
    random=lambda rng: case_of_step(rng, *rng.integers(2, 6, size=3), 2),
    hints=(
        "Four parts, in the order of the lesson: forwards, blame of the output layer, blame of the "
        "hidden layer, step. Write each part on a line of its own, and look at the shapes.",
        "dZ2 and dZ1 are the two formulas of the lesson. Work out both before you change any "
        "parameter: dZ1 needs the W2 that was used on the way forwards.",
        "The gradients are `dZ1.T @ X`, `dZ1.sum(axis=0)`, `dZ2.T @ A1` and `dZ2.sum(axis=0)`. "
        "Each parameter loses lr times its own.",
    ),
)


@step_exercise.mistake
def uphill(X, T, p, lr):
    """The step goes up the slope and makes the loss larger. The blame is A2 − T, and the step
    is taken away.
    """
    return step_with(X, T, p, lr, error=lambda A2, T: T - A2)


@step_exercise.mistake
def the_2_of_the_square(X, T, p, lr):
    """Your step is twice as long: this is the slope of the whole loss. The recipe of this
    lesson leaves the 2 out.
    """
    return step_with(X, T, p, lr, error=lambda A2, T: 2 * (A2 - T))


@step_exercise.mistake
def not_divided_by_the_number_of_examples(X, T, p, lr):
    """The blame of all examples is added up, but the loss is a mean: divide by N, the number of
    rows of X. Otherwise a larger batch makes a longer step.
    """
    return step_with(X, T, p, lr, share=1)


@step_exercise.mistake
def divided_by_the_number_of_targets(X, T, p, lr):
    """Right for a single output. With more of them you divide too often: N is the number of
    examples, the rows of X, and not the number of all targets.
    """
    return step_with(X, T, p, lr, share=T.size)


@step_exercise.mistake("biases divided by N twice")
def biases_divided_by_n_twice(X, T, p, lr):
    """The weights are right. The biases got the mean of the blame over the examples, but the
    blame is divided by N already: add it up.
    """
    return step_with(X, T, p, lr, over_examples=np.mean)


@step_exercise.mistake
def slope_of_the_last_sigmoid_forgotten(X, T, p, lr):
    """A2 − T alone is the blame for the cross-entropy, which cancels the slope of the last
    sigmoid. The squared error does not: A2 (1 − A2) belongs to it.
    """
    return step_with(X, T, p, lr, last_slope=lambda A2: 1)


@step_exercise.mistake
def slope_of_the_hidden_sigmoid_forgotten(X, T, p, lr):
    """The output layer is right. On its way into the hidden layer the blame passes a sigmoid
    again, and has to be multiplied by its slope, A1 (1 − A1). (`A1 > 0` would be the slope
    of a ReLU. For a sigmoid it is 1 everywhere, as if it were missing.)
    """
    return step_with(X, T, p, lr, hidden_slope=lambda A1: 1)


@step_exercise.mistake
def sigmoid_taken_twice(X, T, p, lr):
    """For the hidden slope the sigmoid is taken of A1. But A1 is a sigmoid already: its slope
    is A1 (1 − A1), with nothing more to compute.
    """
    return step_with(X, T, p, lr, hidden_slope=lambda A1: sigmoid(A1) * (1 - sigmoid(A1)))


@step_exercise.mistake("W2 changed too early")
def w2_changed_too_early(X, T, p, lr):
    """Everything is right but the hidden layer: its blame was sent back through the new W2.
    Compute all gradients with the old parameters first, and only then step.
    """
    return step_with(X, T, p, lr, W2_sent_back=lambda old, new: new)


@step_exercise.mistake
def biases_stand_still(X, T, p, lr):
    """The weights learn and the biases do not. They have gradients too: the blame of the layer,
    added up over the examples.
    """
    return step_with(X, T, p, lr, biases=False)


@step_exercise.mistake
def lr_forgotten(X, T, p, lr):
    """The gradients are right, but each parameter loses the whole gradient: where is lr?"""
    return step_with(X, T, p, 1.0)


@step_exercise.mistake("blame added up without an axis")
def blame_added_up_without_an_axis(X, T, p, lr):
    """The weights are right. The blame for the biases was added up to a single number: without
    `axis=0` all neurons of a layer share it.
    """
    return step_with(X, T, p, lr, over_examples=lambda dZ, axis: np.sum(dZ))


@step_exercise.mistake("blame added up along the other axis")
def blame_added_up_along_the_other_axis(X, T, p, lr):
    """The blame for the biases was added up over the neurons (`axis=1`), one number for each
    example. A bias belongs to a neuron: add up over the examples, `axis=0`.
    """
    return step_with(X, T, p, lr, over_examples=lambda dZ, axis: np.sum(dZ, axis=1))


@step_exercise.mistake
def gradients_returned(X, T, p, lr):
    """These are the four gradients, and they are right. Asked for are the parameters after the
    step: from each of them, take lr times its gradient away.
    """
    return [(old - new) / lr for old, new in zip(p, one_step(X, T, p, lr), strict=True)]


# 08.3 ------------------------------------------------------------- find the bug


def safe_mse(outputs, targets):
    # NumPy would also stretch a single target over all outputs, in silence
    if outputs.size != targets.size:
        raise ValueError("There must be one target for each output.")
    # (N, 1) - (N,) is a table of N x N: flat against flat there is nothing to stretch
    return np.mean((outputs.ravel() - targets.ravel()) ** 2)


def safe_mse_reshaped(outputs, targets):
    return np.square(outputs - np.reshape(targets, outputs.shape)).mean()


def safe_mse_in_a_loop(outputs, targets):
    total = 0.0
    for output, target in zip(outputs.flatten(), targets.flatten(), strict=True):
        total += (output - target) ** 2
    return total / len(outputs)


def every_output_with_every_target(outputs, targets):
    """The buggy function of the notebook."""
    return np.mean((outputs - targets) ** 2)


def case_of_mse(rng):
    n = rng.integers(2, 7)
    outputs, targets = rng.uniform(size=(n, 1)).round(3), rng.integers(0, 2, n).astype(float)
    return outputs, targets if rng.uniform() < 0.5 else targets[:, None]


mse_exercise = Exercise(
    id="08.3",
    title="The loss that will not fall",
    points=3,
    minutes=10,
    difficulty="medium",
    name="safe_mse",
    reference=safe_mse,
    shown=True,
    alternatives=(safe_mse_reshaped, safe_mse_in_a_loop),
    fixed=(
        (np.array([[0.0], [1.0], [1.0], [0.0]]), np.array([0.0, 1.0, 1.0, 0.0])),
        (np.array([[0.1], [0.9], [0.8]]), np.array([0.0, 1.0, 1.0])),
        (np.array([[0.1], [0.9], [0.8]]), np.array([[0.0], [1.0], [1.0]])),
        (np.array([[0.25]]), np.array([1.0])),
        (np.array([[0.1], [0.9], [0.8]]), np.array([1.0])),
        (np.array([[0.1], [0.9], [0.8]]), np.array([[0.0], [1.0], [1.0], [0.0]])),
        (np.array([[0.1]]), np.array([0.0, 1.0])),
    ),
    random=case_of_mse,
    hints=(
        "Print the shape of `outputs - targets` for the example. How many numbers should it hold, "
        "and how many does it hold?",
        "NumPy pairs a column with a row by making a table, every output with every target. Bring "
        "both into the same shape before you subtract; `ravel()` makes a flat list of an array.",
        "If the numbers of outputs and targets (`outputs.size`, `targets.size`) differ, "
        "`raise ValueError(...)`. After that, subtract the two flat arrays.",
    ),
)


@mse_exercise.mistake
def nothing_was_changed(outputs, targets):
    """This still compares every output with every target whenever the targets are a flat array:
    (4, 1) minus (4,) is a table of 4 × 4.
    """
    return every_output_with_every_target(outputs, targets)


@mse_exercise.mistake("right for flat targets only")
def only_the_outputs_made_flat(outputs, targets):
    """Flat targets are right now. But when the targets come as a column, the table is back: every
    output with every target. Bring both into one shape, whatever comes.
    """
    return np.mean((outputs.ravel() - targets) ** 2)


@mse_exercise.mistake
def only_the_check_added(outputs, targets):
    """A wrong number of targets is refused now. But a flat array of the right number still
    makes a table, every output with every target. Bring both into one shape.
    """
    return (
        every_output_with_every_target(outputs, targets)
        if outputs.size == targets.size
        else safe_mse(outputs, targets)
    )


@mse_exercise.mistake("the check added, and right for flat targets only")
def the_check_added_and_only_the_outputs_made_flat(outputs, targets):
    """A wrong number of targets is refused, and flat targets are right. But when the targets
    come as a column, the table is back. Bring both into one shape, whatever comes.
    """
    return (
        np.mean((outputs.ravel() - targets) ** 2)
        if outputs.size == targets.size
        else safe_mse(outputs, targets)
    )


@mse_exercise.mistake
def a_single_target_for_all(outputs, targets):
    """Right whenever the numbers fit. But a single target is silently compared with all the
    outputs, and one output with all the targets. Ask for as many targets as outputs, and
    raise a ValueError otherwise.
    """
    return np.mean((outputs.ravel() - targets.ravel()) ** 2)


@mse_exercise.mistake
def cut_to_the_shorter_one(outputs, targets):
    """Right whenever the numbers fit. If there are too many of one, `zip` silently leaves the
    rest out. A wrong number of targets is a mistake, and should be a ValueError.
    """
    return np.mean([(a - t) ** 2 for a, t in zip(outputs.flat, targets.flat, strict=False)])


@mse_exercise.mistake("sum in place of the mean")
def sum_in_place_of_the_mean_08_3(outputs, targets):
    """The pairs are right now. The loss is the mean of the squares, not their sum."""
    return len(outputs) * safe_mse(outputs, targets)


@mse_exercise.mistake
def squared_too_late(outputs, targets):
    """First the mean and then the square lets errors of both signs cancel out. Square each one,
    then take the mean.
    """
    return (
        np.mean(outputs - targets.reshape(outputs.shape)) ** 2
        if outputs.size == targets.size
        else safe_mse(outputs, targets)
    )


@mse_exercise.mistake
def flat_targets_refused(outputs, targets):
    """Refusing whatever has another shape is safe, but too strict: flat targets, one for each
    output, are as good as a column. Only a wrong *number* of targets is an error.
    """
    return (
        safe_mse(outputs, targets)
        if outputs.shape == targets.shape
        else safe_mse(outputs, np.zeros(0))
    )


# 08.4 ------------------------------------------------------------- choose by measurement

WANTED, STARTS = 27, 30


def judge_prescription(arguments, prescription):
    if len(prescription) != 2:
        return f"Two numbers are wanted, [scale, lr]; there are {len(prescription)}."
    scale, lr = (float(number) for number in prescription)
    if not (0 < scale < np.inf and 0 < lr < np.inf):
        return "Both numbers have to be above 0, and not infinite."
    healthy, right, half = given.treat_parity(scale, lr)
    if healthy < WANTED:
        return (
            f"Of {STARTS} networks, {healthy} are healthy, and at least {WANTED} should be. "
            f"(All eight on the right side: {right}; all eight one half: {half}.)"
        )
    return None


prescription_exercise = Exercise(
    id="08.4",
    title="Your own patient",
    points=3,
    minutes=15,
    difficulty="medium",
    name="prescription",
    reference=lambda: [0.5, 3.0],
    alternatives=(lambda: (0.7, 3), lambda: [0.6, 2.5]),
    judge=judge_prescription,
    hints=(
        "What do the three counts say about this patient? Compare with patient A: what was its "
        "illness, and what was the cure?",
        "Make a small table: the scales 0.1, 0.5, 1, 2 and 5, each at the rates 0.3, 1, 3 and 10. "
        "One of the two numbers alone will not do.",
        "The best place is at a scale between 0.5 and 1. There a rate of 1 is too slow for 1,000 "
        "epochs, and a rate of 10 jumps about.",
    ),
)


@prescription_exercise.mistake(seen=lambda arguments, p: 0 < p[0] <= 0.2 and p[1] > 0)
def still_too_small():
    """This is the illness of patient A: with initial weights so small, all inputs look alike to
    the hidden neurons, and hardly any blame comes back. Larger initial weights!
    """
    return [0.1, 3.0]


@prescription_exercise.mistake(seen=lambda arguments, p: 0.2 < p[0] < 2 and 0 < p[1] < 0.7)
def rate_too_small():
    """The initial weights may be good, but 1,000 steps of this length do not lead far. A longer
    step is needed.
    """
    return [0.5, 0.1]


@prescription_exercise.mistake(seen=lambda arguments, p: p[0] >= 2 and p[1] > 0)
def saturated_from_the_start():
    """Initial weights this large put the hidden sigmoids at 0 or 1 before anything is learned.
    There they are flat, and a neuron that starts in a bad place stays there.
    """
    return [5.0, 3.0]


@prescription_exercise.mistake(seen=lambda arguments, p: 0.2 < p[0] < 2 and p[1] >= 6)
def steps_too_long():
    """Steps this long throw the neurons about, and some land where their sigmoid is flat. A
    smaller learning rate is needed.
    """
    return [0.5, 10.0]


@prescription_exercise.mistake(
    "on the way, and out of time", seen=lambda arguments, p: 0.2 < p[0] < 2 and 0.7 <= p[1] < 1.8
)
def on_the_way_and_out_of_time():
    """The initial weights are good, and the networks have left the plateau or are about to. Only
    1,000 epochs are too few at this rate.
    """
    return [0.5, 1.0]


EXERCISES = (line_exercise, step_exercise, mse_exercise, prescription_exercise)
