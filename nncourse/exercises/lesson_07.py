"""Exercises for lesson 07, backpropagation."""

import numpy as np

from nncourse.exercises.given import lesson_07 as given
from nncourse.judging.exercise import Exercise
from nnlib import nn
from nnlib.nn.functional import sigmoid

TITLE = "Backpropagation"


# 07.1 ------------------------------------------------------------- predict a number


def slope_of_w():
    x, w, b, v, t = 3, 2, -4, -0.5, 1.5
    h = w * x + b  # 2, above 0, so ReLU lets it through
    return 2 * (v * h - t) * v * 1 * x


slope_of_w_exercise = Exercise(
    id="07.1",
    title="Four gears",
    points=1,
    minutes=6,
    difficulty="easy",
    name="slope_of_w",
    reference=slope_of_w,
    hints=(
        "First go forwards and note every number: z, h, y, L. Then go back, one gear at a time.",
        "Forwards: z = 2, h = 2, y = −1. Going back, the first slope is dy = 2 (y − t) = −5.",
        "dy = −5. Then dh = dy · v = 2.5, and ReLU is open. What is w multiplied by?",
    ),
)


@slope_of_w_exercise.mistake
def stopped_before_the_input():
    """That is dz, the slope of the sum. One gear is left: w is multiplied by x, so its slope is
    dz times x.
    """
    return 2.5


@slope_of_w_exercise.mistake
def the_weight_v_left_out():
    """On the way from y to h stands the weight v = −0.5. Going back, the slope is multiplied by
    it.
    """
    return -15.0


@slope_of_w_exercise.mistake
def factor_2_of_the_square_forgotten():
    """The slope of (y − t)² is 2 (y − t): the 2 is missing."""
    return 3.75


@slope_of_w_exercise.mistake
def target_minus_output():
    """The size is right, and the sign is not. Two signs play a part: y − t is −2.5, and the weight
    v is −0.5.
    """
    return -7.5


@slope_of_w_exercise.mistake
def times_h_in_place_of_v():
    """By the rule for “times”, h gets dy times the other one, and that is v, not h itself."""
    return -30.0


@slope_of_w_exercise.mistake
def slope_of_the_other_weight():
    """That is dv = dy · h, the slope of the weight v. The question is about w, nearer the input."""
    return -10.0


@slope_of_w_exercise.mistake
def slopes_added():
    """Added up, the slopes along the chain give this number. Where one gear drives the next, the
    slopes are multiplied.
    """
    return -1.5


@slope_of_w_exercise.mistake
def times_w_in_place_of_x():
    """By the rule for “times”, w gets dz times the other one, and that is x, not w itself."""
    return 5.0


@slope_of_w_exercise.mistake("ReLU taken for closed")
def relu_taken_for_closed():
    """The output y is negative, but ReLU looks at z, and z = 2 is above 0. It lets the slope
    through.
    """
    return 0.0


@slope_of_w_exercise.mistake("value of ReLU in place of its slope")
def value_of_relu_in_place_of_its_slope():
    """Going back through ReLU you multiply by its slope, which is 1 here, and not by its value,
    which is 2.
    """
    return 15.0


# 07.2 ------------------------------------------------------------- write a function


def layer_backward(dY, X, V, b, g):
    dZ = dY * g
    return dZ @ V.T, X.T @ dZ, dZ.sum(axis=0), (dY * (X @ V + b)).sum(axis=0)


def layer_backward_with_einsum(dY, X, V, b, g):
    return (
        np.einsum("nj,j,ij->ni", dY, g, V),
        np.einsum("nj,j,ni->ij", dY, g, X),
        g * np.einsum("nj->j", dY),
        np.einsum("nj,nj->j", dY, np.einsum("ni,ij->nj", X, V) + b),
    )


def layer_backward_example_by_example(dY, X, V, b, g):
    dX, dV, db, dg = (np.zeros(array.shape) for array in (X, V, b, g))
    for row, (dy, x) in enumerate(zip(dY, X, strict=True)):
        dz = g * dy
        dX[row] = V @ dz
        dV += np.outer(x, dz)
        db += dz
        dg += dy * (x @ V + b)
    return [dX, dV, db, dg]


def layer_backward_with(dX=None, dV=None, db=None, dg=None):
    """The way back with one of its four lines replaced: functions of (dY, dZ, Z, X, V)."""

    def way_back(dY, X, V, b, g):
        dZ, Z = dY * g, X @ V + b
        given_lines = (dX, dV, db, dg)
        return tuple(
            line(dY, dZ, Z, X, V) if line else right
            for line, right in zip(given_lines, layer_backward(dY, X, V, b, g), strict=True)
        )

    return way_back


def layer_cases(rng):
    # batch, inputs and neurons all differ, so that a product the wrong way round shows
    n, inputs, neurons = rng.permutation([2, 3, 4, 5])[:3]
    shapes = (n, neurons), (n, inputs), (inputs, neurons), (neurons,), (neurons,)
    return tuple(rng.normal(size=shape).round(2) for shape in shapes)


layer_backward_exercise = Exercise(
    id="07.2",
    title="The way back through another layer",
    points=3,
    minutes=12,
    difficulty="hard",
    name="layer_backward",
    reference=layer_backward,
    alternatives=(layer_backward_with_einsum, layer_backward_example_by_example),
    fixed=(
        (
            np.array([[1.0, -1.0, 0.5]]),
            np.array([[1.0, 2.0]]),
            np.array([[0.4, 0.7, 1.0], [0.3, -0.2, 0.5]]),
            np.array([0.1, -0.1, 0.2]),
            np.array([2.0, 0.5, -1.0]),
        ),
        (
            np.array([[1.0, -1.0], [0.5, 2.0]]),
            np.array([[1.0, 2.0], [3.0, -1.0]]),
            np.array([[0.4, 0.7], [0.3, -0.2]]),
            np.array([0.1, -0.1]),
            np.array([2.0, 0.5]),
        ),
        (
            np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]]),
            np.array([[1.0, 0.0, 2.0, -1.0], [0.5, 1.0, 1.0, 0.0], [-2.0, 3.0, 0.0, 1.0]]),
            np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0], [-1.0, 0.5]]),
            np.array([0.5, -0.5]),
            np.array([1.5, 3.0]),
        ),
    ),
    random=layer_cases,
    hints=(
        "Go back one operation at a time, from the output: first through the product with g, then "
        "through X @ V + b. Call the slope of `X @ V + b` dZ.",
        "Times: dZ is `dY * g`, and g gets dY times the other factor, added over the examples. "
        "Then write down the shapes: which product of X and dZ has the shape of V, (inputs, "
        "neurons)?",
        "dV is `X.T @ dZ`, dX is `dZ @ V.T`, db is dZ added over the examples, and dg is "
        "`(dY * (X @ V + b)).sum(axis=0)`.",
    ),
)


@layer_backward_exercise.mistake("the lesson's lines")
def the_lines_of_the_lesson(dY, X, V, b, g):
    """These are the lines of the lesson, for a table with one row per *neuron*. V has one row per
    input, so the products are others: look for those that give the shapes of X and V.
    """
    dZ = dY * g
    return dZ @ V, dZ.T @ X, dZ.sum(axis=0), (dY * (X @ V + b)).sum(axis=0)


@layer_backward_exercise.mistake("the lesson's lines, without the gain")
def the_lines_of_the_lesson_without_gain(dY, X, V, b, g):
    """These are the lines of the lesson, for a table with one row per *neuron*, and without g. V
    has one row per input; and every slope that goes past g is multiplied by it.
    """
    return dY @ V, dY.T @ X, dY.sum(axis=0), (dY * (X @ V + b)).sum(axis=0)


@layer_backward_exercise.mistake("dV transposed")
def dv_transposed(*arguments):
    """dV has one row per neuron. It should have the shape of V, one row per input, or it cannot be
    taken away from V.
    """
    return layer_backward_with(dV=lambda dY, dZ, Z, X, V: dZ.T @ X)(*arguments)


@layer_backward_exercise.mistake("V not transposed on the way back")
def v_not_transposed(*arguments):
    """In dX stands V as it is. Forwards it was X @ V, so on the way back it is
    transposed. With as many inputs as neurons nothing complains; with other sizes it does.
    """
    return layer_backward_with(dX=lambda dY, dZ, Z, X, V: dZ @ V)(*arguments)


@layer_backward_exercise.mistake
def gain_forgotten(dY, X, V, b, g):
    """dg is right. On their way to V, b and X the slopes go past the product with g, and each is
    multiplied by its own g: begin with `dZ = dY * g`.
    """
    return dY @ V.T, X.T @ dY, dY.sum(axis=0), (dY * (X @ V + b)).sum(axis=0)


@layer_backward_exercise.mistake
def gain_in_its_own_slope(dY, X, V, b, g):
    """The first three are right. The slope of g is dY times the *other* factor, X @ V + b; g itself
    is not in it.
    """
    dZ = dY * g
    return *layer_backward(dY, X, V, b, g)[:3], (dZ * (X @ V + b)).sum(axis=0)


@layer_backward_exercise.mistake("bias forgotten in the slope of g")
def bias_forgotten_in_dg(*arguments):
    """The first three are right. g is multiplied by X @ V *plus b*: the bias is missing in dg."""
    return layer_backward_with(dg=lambda dY, dZ, Z, X, V: (dY * (X @ V)).sum(axis=0))(*arguments)


@layer_backward_exercise.mistake
def slope_of_g_not_added_up(*arguments):
    """dg is a whole table, one row per example. All examples use the same g, so the slopes of all
    rows are added.
    """
    return layer_backward_with(dg=lambda dY, dZ, Z, X, V: dY * Z)(*arguments)


@layer_backward_exercise.mistake
def bias_averaged(*arguments):
    """The slopes of the bias are averaged. All examples use the same bias, so they are added.
    That the loss is a mean is in dY already.
    """
    return layer_backward_with(db=lambda dY, dZ, Z, X, V: dZ.mean(axis=0))(*arguments)


@layer_backward_exercise.mistake
def divided_once_more(dY, X, V, b, g):
    """All three slopes of parameters are divided by the number of examples. That the loss is a mean
    is in dY already: it is divided once, at the start of the way back.
    """
    dX, *others = layer_backward(dY, X, V, b, g)
    return dX, *(slope / len(X) for slope in others)


@layer_backward_exercise.mistake
def bias_summed_the_wrong_way(*arguments):
    """db has one number per example. There is one bias per neuron, so the sum goes
    over the examples, down the columns.
    """
    return layer_backward_with(db=lambda dY, dZ, Z, X, V: dZ.sum(axis=1))(*arguments)


@layer_backward_exercise.mistake
def bias_not_summed(*arguments):
    """db is a whole table, one row per example. The same bias is used by every example, so
    the slopes of all rows are added.
    """
    return layer_backward_with(db=lambda dY, dZ, Z, X, V: dZ)(*arguments)


@layer_backward_exercise.mistake
def all_added_to_one_bias(*arguments):
    """db is a single number. Each neuron has a bias of its own, so the sum goes over the
    examples only.
    """
    return layer_backward_with(db=lambda dY, dZ, Z, X, V: dZ.sum())(*arguments)


@layer_backward_exercise.mistake
def another_order(*arguments):
    """The four arrays are right, and in another order: dX comes first, then dV, db and dg."""
    dX, *others = layer_backward(*arguments)
    return (*others, dX)


@layer_backward_exercise.mistake("`np.outer` for a whole batch")
def outer_for_a_batch(*arguments):
    """`np.outer` is for a single example: it lays out both arrays flat and multiplies all pairs.
    For a batch the product that also adds up over the examples is `X.T @ dZ`.
    """
    return layer_backward_with(dV=lambda dY, dZ, Z, X, V: np.outer(X, dZ))(*arguments)


# 07.3 ------------------------------------------------------------- find the bugs


def backward(X, T, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1.T + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2.T + b2)))
    # the slope of the sigmoid has cancelled with that of the cross-entropy
    dZ2 = (A2 - T) / len(X)
    dW2 = dZ2.T @ A1
    # the mean is in dZ2 already, so here the examples are added
    db2 = dZ2.sum(axis=0)
    dA1 = dZ2 @ W2
    # the slope of tanh is made from its output
    dZ1 = dA1 * (1 - A1**2)
    dW1 = dZ1.T @ X
    db1 = dZ1.sum(axis=0)
    return dW1, db1, dW2, db2


def backward_example_by_example(X, T, W1, b1, W2, b2):
    total = [np.zeros(array.shape) for array in (W1, b1, W2, b2)]
    for x, t in zip(X, T, strict=True):
        z1 = W1 @ x + b1
        a1 = np.tanh(z1)
        dz2 = (sigmoid(W2 @ a1 + b2) - t) / len(X)
        dz1 = W2.T @ dz2 / np.cosh(z1) ** 2  # the slope of tanh, written in another way
        for sum_, new in zip(total, (np.outer(dz1, x), dz1, np.outer(dz2, a1), dz2), strict=True):
            sum_ += new
    return total


def backward_through_da2(X, T, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1.T + b1)
    A2 = sigmoid(A1 @ W2.T + b2)
    dA2 = ((1 - T) / (1 - A2) - T / A2) / len(X)
    dZ2 = dA2 * A2 * (1 - A2)
    dZ1 = (1 - A1) * (1 + A1) * (dZ2 @ W2)
    one = np.ones(len(X))
    return dZ1.T @ X, one @ dZ1, dZ2.T @ A1, one @ dZ2


def backward_with(twice=False, mean=False, slope_at_z=False, no_n=False, no_slope=False):
    def way_back(X, T, W1, b1, W2, b2):
        Z1 = X @ W1.T + b1
        A1 = np.tanh(Z1)
        A2 = sigmoid(A1 @ W2.T + b2)
        dZ2 = (A2 - T) / (1 if no_n else len(X))
        dZ2 = dZ2 * A2 * (1 - A2) if twice else dZ2
        db2 = dZ2.mean(axis=0) if mean else dZ2.sum(axis=0)
        slope = 1 if no_slope else 1 - (Z1 if slope_at_z else A1) ** 2
        dZ1 = (dZ2 @ W2) * slope
        return dZ1.T @ X, dZ1.sum(axis=0), dZ2.T @ A1, db2

    return way_back


TWICE = (
    "`A2 - T` has the slope of the sigmoid in it already: it cancels with the cross-entropy. "
    "Here A2 (1 − A2) is multiplied in once more, and makes everything nearer the input too small."
)
TWO_MEANS = (
    "The mean of the loss is in dZ2 already, so db2 should add up over the examples and not take "
    "the mean a second time."
)
AT_Z = (
    "The slope of tanh is 1 minus the square of its value, the activation A1. Here the square of "
    "the sum Z1 is taken, which can even make the slope negative."
)


def network_case(rng):
    n, inputs, hidden = rng.permutation([2, 3, 4, 5])[:3]
    shapes = (hidden, inputs), (hidden,), (1, hidden), (1,)
    return (
        rng.normal(size=(n, inputs)).round(2),
        rng.integers(0, 2, size=(n, 1)).astype(float),
        *(rng.normal(size=shape).round(2) for shape in shapes),
    )


backward_exercise = Exercise(
    id="07.3",
    title="Three bugs on the way back",
    points=3,
    minutes=15,
    difficulty="hard",
    name="backward",
    reference=backward,
    shown=True,
    alternatives=(backward_example_by_example, backward_through_da2),
    fixed=(
        (
            np.array([[1.0, 0.5], [0.2, -1.0]]),
            np.array([[1.0], [0.0]]),
            np.array([[0.4, 0.3], [0.7, -0.2]]),
            np.array([0.1, -0.1]),
            np.array([[0.6, -0.4]]),
            np.array([0.2]),
        ),
        (
            np.array([[1.0, -2.0, 0.5]]),
            np.array([[0.0]]),
            np.array([[0.5, 0.1, -0.3], [0.2, -0.7, 1.0]]),
            np.array([0.3, 0.0]),
            np.array([[1.5, -1.0]]),
            np.array([-0.5]),
        ),
    ),
    random=network_case,
    equivalent_mutants={
        "line 9: dZ2 @ W2 -> dZ2 * W2": "with one output, a column times a row is the same"
    },
    hints=(
        "Go from the loss towards the input, as the slopes do. A wrong dZ2 spoils everything that "
        "comes after it, so fix that first, and measure again.",
        "First line of the way back: what is left of sigmoid and cross-entropy together? Then the "
        "two biases: why are their lines different? Then tanh: its slope is 1 minus the square of "
        "which number?",
        "`A2 - T` is all there is, divided by the number of examples. Both biases add up over the "
        "examples. And the slope of tanh is made from its output.",
    ),
)


@backward_exercise.mistake
def all_three_bugs_are_still_there(*arguments):
    """These are the slopes of the function as it was given. Begin at the loss: is dZ2 what the
    lesson found for sigmoid and cross-entropy?
    """
    return backward_with(True, True, True)(*arguments)


@backward_exercise.mistake
def slope_of_the_sigmoid_twice(*arguments):
    """Two bugs are fixed, one is left. `A2 - T` has the slope of the sigmoid in it already: it
    cancels with the cross-entropy. Here A2 (1 − A2) is multiplied in once more, and makes
    everything nearer the input too small.
    """
    return backward_with(twice=True)(*arguments)


@backward_exercise.mistake
def mean_taken_twice(*arguments):
    """Two bugs are fixed, one is left. The mean of the loss is in dZ2 already, so db2 should
    add up over the examples and not take the mean a second time.
    """
    return backward_with(mean=True)(*arguments)


@backward_exercise.mistake
def slope_of_tanh_at_the_wrong_number(*arguments):
    """Two bugs are fixed, one is left. The slope of tanh is 1 minus the square of its value,
    the activation A1. Here the square of the sum Z1 is taken, which can even make the slope
    negative.
    """
    return backward_with(slope_at_z=True)(*arguments)


@backward_exercise.mistake("only dZ2 fixed")
def only_dz2_fixed(*arguments):
    """dZ2 and dW2 are right now, and two bugs are left. The mean of the loss is in dZ2 already,
    so db2 should add up over the examples and not take the mean a second time.
    """
    return backward_with(mean=True, slope_at_z=True)(*arguments)


@backward_exercise.mistake
def only_the_bias_fixed(*arguments):
    """The line of db2 is right now, and two bugs are left. `A2 - T` has the slope of the
    sigmoid in it already: it cancels with the cross-entropy. Here A2 (1 − A2) is multiplied
    in once more, and makes everything nearer the input too small.
    """
    return backward_with(twice=True, slope_at_z=True)(*arguments)


@backward_exercise.mistake
def only_tanh_fixed(*arguments):
    """The slope of tanh is right now, and two bugs are left. `A2 - T` has the slope of the
    sigmoid in it already: it cancels with the cross-entropy. Here A2 (1 − A2) is multiplied
    in once more, and makes everything nearer the input too small.
    """
    return backward_with(twice=True, mean=True)(*arguments)


@backward_exercise.mistake
def the_mean_lost(*arguments):
    """The three bugs are gone, and a new one has come: the loss is a mean, so dZ2 is divided by
    the number of examples.
    """
    return backward_with(no_n=True)(*arguments)


@backward_exercise.mistake
def slope_of_tanh_left_out(*arguments):
    """The slope goes through tanh as it came. On the way back every activation multiplies by
    its own slope.
    """
    return backward_with(no_slope=True)(*arguments)


@backward_exercise.mistake("the gradient of the squared error")
def gradient_of_mse(X, T, W1, b1, W2, b2):
    """This way back belongs to the squared error: 2 (A2 − T) times the slope of the sigmoid. The
    loss here is the cross-entropy, for which A2 − T is all there is.
    """
    A1 = np.tanh(X @ W1.T + b1)
    A2 = sigmoid(A1 @ W2.T + b2)
    dZ2 = 2 * (A2 - T) * A2 * (1 - A2) / len(X)
    dZ1 = (dZ2 @ W2) * (1 - A1**2)
    return dZ1.T @ X, dZ1.sum(axis=0), dZ2.T @ A1, dZ2.sum(axis=0)


# 07.4 ------------------------------------------------------------- write a function


def measured_gradient(f, x, h):
    slopes = np.zeros((*x.shape, len(f(x))))
    for i in np.ndindex(x.shape):
        # new copies for each entry, so that all others stay, and floats:
        # an array of whole numbers would cut the nudge off
        up = x.astype(float)
        down = x.astype(float)
        up[i] += h
        down[i] -= h
        slopes[i] = (f(up) - f(down)) / (2 * h)
    return slopes


def measured_gradient_in_place(f, x, h):
    x = np.array(x, dtype=float)
    found = []
    for k in range(x.size):
        before = x.flat[k]
        x.flat[k] = before + h
        higher = f(x)
        x.flat[k] = before - h
        found.append((higher - f(x)) / (h + h))
        x.flat[k] = before
    return np.array(found).reshape(*x.shape, -1)


def measured_gradient_with_directions(f, x, h):
    nudges = h * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([f(x + n) - f(x - n) for n in nudges]).reshape(*x.shape, -1) / (2 * h)


def measured_with(up=1, down=1, divide_by=2, put_back=True, together=False, own_h=None, sign=1):
    def measured(f, x, h):
        h = own_h or h
        x, slopes = x.astype(float), np.zeros((*x.shape, len(f(x))))
        for i in np.ndindex(x.shape):
            moved, before = ... if together else i, x.copy()
            x[moved] += up * h
            higher = f(x)
            x[moved] -= (up + down) * h
            slopes[i] = sign * (higher - f(x)) / (divide_by * h)
            x = before if put_back else x
        return slopes

    return measured


def wrong_for_whole_numbers(arguments, result):
    """Right when x holds floats; when it holds integers, wrong where a slope is no integer."""
    x, slopes = arguments[1], measured_gradient(*arguments)
    right = np.shape(result) == slopes.shape and np.allclose(result, slopes)
    if x.dtype == float:
        return right
    return not right or np.allclose(slopes, np.round(slopes))


measured_gradient_exercise = Exercise(
    id="07.4",
    title="A gradient check of your own",
    points=3,
    minutes=12,
    difficulty="medium",
    name="measured_gradient",
    reference=measured_gradient,
    shown=True,
    alternatives=(measured_gradient_in_place, measured_gradient_with_directions),
    fixed=(
        (np.cumprod, np.array([2.0, 3.0, 5.0]), 0.001),
        (given.distances, np.array([3.0, -4.0]), 0.5),
        (given.distances, np.array([0.4, 1.5]), 0.1),
        (np.cumprod, np.array([7.0]), 0.01),
        (np.cumprod, np.array([[1.0, 0.5, 2.0], [-1.0, 0.3, 0.8]]), 0.2),
        (given.distances, np.array([2, 3]), 0.25),
        (given.losses, np.array([[0.5, -1.0, 0.2], [1.0, 0.3, -0.4]]), 0.1),
        (given.losses, np.array([[1, 0, 2], [0, 1, 1]]), 0.2),
    ),
    random=lambda rng: (
        (given.losses, np.cumprod)[rng.integers(2)],
        rng.normal(size=(rng.integers(2, 5), 3)).round(2),
        (0.05, 0.1, 0.3)[rng.integers(3)],
    ),
    equivalent_mutants={"line 2: np.zeros -> np.ones": "every entry is written over afterwards"},
    hints=(
        "For each entry of x: a copy with this entry a bit larger, a copy with it a bit smaller, "
        "and what f gives for both, n numbers each. All other entries stay.",
        "`for i in np.ndindex(x.shape):` goes through all entries of an array of any shape, and "
        "`up[i] += h` changes one of them. How far apart are the two places?",
        "Begin with `slopes = np.zeros((*x.shape, len(f(x))))`; then `slopes[i]` has room for n "
        "numbers. Make `up` and `down` new in each turn, with `x.astype(float)`, which copies. The "
        "slopes are (f(up) − f(down)) divided by the distance, 2 h.",
    ),
)


@measured_gradient_exercise.mistake("the mean over the examples")
def mean_over_the_examples(f, x, h):
    """These are the slopes of the mean of what f gives. Wanted are those of each of its n numbers:
    an axis more.
    """
    return measured_gradient(f, x, h).mean(axis=-1)


@measured_gradient_exercise.mistake("the sum over the examples")
def sum_over_the_examples(f, x, h):
    """These are the slopes of the sum of what f gives. Wanted are those of each of its n numbers:
    an axis more.
    """
    return measured_gradient(f, x, h).sum(axis=-1)


@measured_gradient_exercise.mistake("examples first")
def examples_first(f, x, h):
    """The numbers are right. The axis of the n numbers should be the last one: `slopes[i]` holds
    how each of them changes with entry i.
    """
    return np.moveaxis(measured_gradient(f, x, h), -1, 0)


@measured_gradient_exercise.mistake("one-sided")
def one_sided(*arguments):
    """This measures to one side only, from x to x + h. It is right for a tiny h, but the
    two-sided slope is much more exact: one step up, one step down.
    """
    return measured_with(down=0, divide_by=1)(*arguments)


@measured_gradient_exercise.mistake("one-sided, downwards")
def one_sided_downwards(*arguments):
    """This measures to one side only, from x − h to x. One step up, one step down is much more
    exact.
    """
    return measured_with(up=0, divide_by=1)(*arguments)


@measured_gradient_exercise.mistake
def distance_h_in_place_of_2_h(*arguments):
    """Everything is twice too large: from x − h to x + h the distance is 2 h."""
    return measured_with(divide_by=1)(*arguments)


@measured_gradient_exercise.mistake("one-sided, divided by 2 h")
def one_sided_divided_by_2_h(*arguments):
    """The measurement goes to one side only, from x to x + h, and is divided by 2 h all the
    same. Where is the step down?
    """
    return measured_with(down=0)(*arguments)


@measured_gradient_exercise.mistake
def not_put_back(*arguments):
    """An entry that was nudged stays nudged when the next one is measured. Begin every
    measurement from x as it was.
    """
    return measured_with(put_back=False)(*arguments)


@measured_gradient_exercise.mistake
def all_nudged_together(*arguments):
    """All entries are moved at the same time, so every slope is the same. A slope belongs to
    one entry, and all others stay where they are.
    """
    return measured_with(together=True)(*arguments)


@measured_gradient_exercise.mistake("whole rows nudged")
def measured_row_by_row(f, x, h):
    """With a single row of numbers all is right. But in a table `x[i]` is a whole row, and all
    of it is moved at once. Each entry needs a turn of its own, whatever the shape.
    """
    slopes = np.zeros((*x.shape, len(f(x))))
    for i in range(len(x)):
        up, down = x.astype(float), x.astype(float)
        up[i] += h
        down[i] -= h
        slopes[i] = (f(up) - f(down)) / (2 * h)
    return slopes


@measured_gradient_exercise.mistake("always 0: no copy")
def always_0_no_copy(f, x, h):
    """All slopes are 0. Is `down` a copy? With `up = x` and `down = x` there is only one array
    with two names, and the nudges up and down cancel.
    """
    return np.zeros((*x.shape, len(f(x))))


@measured_gradient_exercise.mistake
def another_h(*arguments):
    """These are almost the exact slopes. But the size of the nudge is an argument, `h`, and
    your answer uses another one.
    """
    return measured_with(own_h=1e-6)(*arguments)


@measured_gradient_exercise.mistake
def sign_turned_round(*arguments):
    """The slope is f(up) minus f(down), and not the other way round."""
    return measured_with(sign=-1)(*arguments)


@measured_gradient_exercise.mistake("whole numbers stay whole", seen=wrong_for_whole_numbers)
def measured_without_floats(f, x, h):
    """For decimal numbers all is right. But if x holds whole numbers, so does its copy (and
    `np.zeros_like(x)`), and NumPy cuts the nudge off. Ask for floats.
    """
    slopes = np.zeros((*x.shape, len(f(x))))
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        slopes[i] = (f(up) - f(down)) / (2 * h)
    return slopes


@measured_gradient_exercise.mistake("f gets a flat array")
def measured_flat(f, x, h):
    """`f` may need the shape of x: a loss wants a table of weights, and not one long row. Give it
    arrays of the shape of x; `np.ndindex(x.shape)` finds each entry where it is.
    """
    flat, slopes = x.astype(float).ravel(), np.zeros((x.size, len(f(x))))
    for i in range(x.size):
        up, down = flat.copy(), flat.copy()
        up[i], down[i] = up[i] + h, down[i] - h
        slopes[i] = (f(up) - f(down)) / (2 * h)
    return slopes.reshape(*x.shape, -1)


@measured_gradient_exercise.mistake("multiplied by h: brackets forgotten")
def measured_without_brackets(f, x, h):
    """`/ 2 * h` divides by 2 and then multiplies by h. The distance is 2 h as a whole, so it needs
    brackets: `/ (2 * h)`.
    """
    return measured_gradient(f, x, h) * h**2


@measured_gradient_exercise.mistake("copies made only once")
def measured_with_old_copies(f, x, h):
    """An entry that was nudged stays nudged when the next one is measured, in `up` and in `down`.
    Make both copies new for each entry, inside the loop.
    """
    slopes, up, down = np.zeros((*x.shape, len(f(x)))), x.astype(float), x.astype(float)
    for i in np.ndindex(x.shape):
        up[i] += h
        down[i] -= h
        slopes[i] = (f(up) - f(down)) / (2 * h)
    return slopes


# 07.5 ------------------------------------------------------------- two hidden layers, two outputs


def deep_backward(X, T, W1, W2, W3):
    A1 = np.maximum(X @ W1.T, 0)
    A2 = np.tanh(A1 @ W2.T)
    A3 = 1 / (1 + np.exp(-A2 @ W3.T))
    # sigmoid and cross-entropy cancel; the mean is over all 2n answers
    dZ3 = (A3 - T) / T.size
    # the product adds up what arrives from the two outputs
    dZ2 = dZ3 @ W3 * (1 - A2**2)
    # and the same once more, with ReLU's slope
    dZ1 = dZ2 @ W2 * (A1 > 0)
    return dZ1.T @ X, dZ2.T @ A1, dZ3.T @ A2


def deep_backward_with_nnlib(X, T, W1, W2, W3):
    layers = [nn.Linear(W.shape[1], len(W), bias=False) for W in (W1, W2, W3)]
    model = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.Tanh(), layers[2]).to(np.float64)
    for layer, W in zip(layers, (W1, W2, W3), strict=True):
        layer.weight.data[...] = W
    loss_fn = nn.BCEWithLogitsLoss()
    loss_fn(model(X), T)
    model.backward(loss_fn.backward())
    return [layer.weight.grad for layer in layers]


def deep_backward_example_by_example(X, T, W1, W2, W3):
    found = [np.zeros(W.shape) for W in (W1, W2, W3)]
    for x, t in zip(X, T, strict=True):
        z1 = W1 @ x
        a1 = z1 * (z1 > 0)
        a2 = np.tanh(W2 @ a1)
        dz3 = (sigmoid(W3 @ a2) - t) / T.size
        dz2 = (W3.T @ dz3) / np.cosh(W2 @ a1) ** 2
        dz1 = np.where(z1 > 0, W2.T @ dz2, 0)
        for total, dz, came_in in zip(found, (dz1, dz2, dz3), (x, a1, a2), strict=True):
            total += np.outer(dz, came_in)
    return found


def deep_backward_with(by="all", tanh=True, relu=True, twice=False, at_z=False):
    def way_back(X, T, W1, W2, W3):
        A1 = np.maximum(X @ W1.T, 0)
        Z2 = A1 @ W2.T
        A2 = np.tanh(Z2)
        A3 = sigmoid(A2 @ W3.T)
        dZ3 = (A3 - T) / {"all": T.size, "examples": len(T), "none": 1}[by]
        dZ3 = dZ3 * A3 * (1 - A3) if twice else dZ3
        dZ2 = dZ3 @ W3 * ((1 - (Z2 if at_z else A2) ** 2) if tanh else 1)
        dZ1 = dZ2 @ W2 * ((A1 > 0) if relu else 1)
        return dZ1.T @ X, dZ2.T @ A1, dZ3.T @ A2

    return way_back


def deep_case(rng):
    n, inputs, first, second = rng.permutation([2, 3, 4, 5])
    shapes = (first, inputs), (second, first), (2, second)
    return (
        rng.normal(size=(n, inputs)).round(2),
        rng.integers(0, 2, size=(n, 2)).astype(float),
        *(rng.normal(size=shape).round(2) for shape in shapes),
    )


deep_backward_exercise = Exercise(
    id="07.5",
    title="Back through two hidden layers",
    points=3,
    minutes=15,
    difficulty="hard",
    name="deep_backward",
    reference=deep_backward,
    shown=True,
    alternatives=(deep_backward_with_nnlib, deep_backward_example_by_example),
    fixed=(
        (
            np.array([[1.0, 0.5]]),
            np.array([[1.0, 0.0]]),
            np.array([[0.4, 0.3], [-0.7, 0.2], [0.5, -0.6]]),
            np.array([[0.6, -0.4, 0.5], [0.3, 0.8, -0.2]]),
            np.array([[1.0, -0.5], [0.2, 0.7]]),
        ),
        (
            np.array([[1.0, -2.0], [0.5, 0.5], [-1.0, 0.3]]),
            np.array([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]),
            np.array([[0.5, 0.5], [-1.0, 0.4], [0.3, 0.9], [1.0, -0.2]]),
            np.array([[0.2, -0.4, 0.7, 0.1]]),
            np.array([[0.8], [-1.1]]),
        ),
    ),
    random=deep_case,
    hints=(
        "Go forwards first and keep A1, A2 and A3. Then it is the same step three times: the slope "
        "of the sums, the slope of the weights, and what goes on towards the input.",
        "The loss is a mean over all n · 2 numbers, so dZ3 is (A3 − T) divided by `T.size`. Then "
        "dZ2 = dZ3 @ W3 times the slope of tanh, 1 − A2².",
        "dZ1 = dZ2 @ W2 * (A1 > 0). And each dW is its dZ, transposed, times what came in: X, A1 "
        "and A2.",
    ),
)


@deep_backward_exercise.mistake
def divided_by_the_examples_only(*arguments):
    """Every slope is twice too large: with two outputs the mean goes over 2 n numbers, `T.size`,
    and not over n.
    """
    return deep_backward_with(by="examples")(*arguments)


@deep_backward_exercise.mistake
def no_mean(*arguments):
    """The loss is a mean, so its slope is divided by the number of answers, once, at the start of
    the way back.
    """
    return deep_backward_with(by="none")(*arguments)


@deep_backward_exercise.mistake("slope of tanh left out")
def slope_of_tanh_left_out_07_5(*arguments):
    """dW3 is right. Between the second and the third layer stands a tanh: multiply by its slope,
    1 − A2².
    """
    return deep_backward_with(tanh=False)(*arguments)


@deep_backward_exercise.mistake
def slope_of_relu_left_out(*arguments):
    """dW2 and dW3 are right. Where the first hidden layer is silent, ReLU's slope is 0: nothing
    gets through to W1.
    """
    return deep_backward_with(relu=False)(*arguments)


@deep_backward_exercise.mistake("slope of the sigmoid twice")
def slope_of_the_sigmoid_twice_07_5(*arguments):
    """`A3 - T` has the slope of the sigmoid in it already. Here A3 (1 − A3) is multiplied in once
    more.
    """
    return deep_backward_with(twice=True)(*arguments)


@deep_backward_exercise.mistake("slope of tanh at the sum")
def slope_of_tanh_at_the_sum(*arguments):
    """The slope of tanh is 1 minus the square of its *value*, A2. Here the square of the sum is
    taken.
    """
    return deep_backward_with(at_z=True)(*arguments)


@deep_backward_exercise.mistake
def last_layer_first(X, T, W1, W2, W3):
    """The three tables are right, in the order of the way back. They should come as dW1, dW2,
    dW3.
    """
    return deep_backward(X, T, W1, W2, W3)[::-1]


EXERCISES = (
    slope_of_w_exercise,
    layer_backward_exercise,
    backward_exercise,
    measured_gradient_exercise,
    deep_backward_exercise,
)
