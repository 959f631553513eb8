"""Exercises for lesson 10: a factor per layer, two starts, batch norm, clipping, an activation."""

import numpy as np

from nncourse.exercises.given import lesson_10 as given
from nncourse.judging.exercise import Exercise
from nnlib import nn

TITLE = "Training deep networks"


# 10.1 ------------------------------------------------------------- predict a number


def growth():
    # one layer multiplies the size by sqrt(n) * std = 10 * 0.2 = 2; five layers, five times
    return (100**0.5 * 0.2) ** 5


growth_exercise = Exercise(
    id="10.1",
    title="Five layers, one factor",
    points=1,
    minutes=4,
    difficulty="easy",
    name="growth",
    reference=growth,
    shown=True,
    hints=(
        "First a single layer: by which factor does it change the size of the numbers?",
        "The factor of one layer is √n · std, with n = 100 and std = 0.2. Then the next layer "
        "takes what the first one gave, and changes it by the same factor.",
        "Each layer doubles the size. How often is it doubled?",
    ),
)


@growth_exercise.mistake
def one_layer_only():
    """That is the factor of one layer, and it is right. There are five of them, one after the
    other.
    """
    return 2.0


@growth_exercise.mistake
def factors_added():
    """You added the five factors. Each layer works on what the one before gave it, so the
    factors multiply.
    """
    return 10.0


@growth_exercise.mistake
def root_forgotten():
    """You took n in place of √n. The 100 terms have random signs and partly cancel, so their
    sum grows only like √100.
    """
    return (100 * 0.2) ** 5


@growth_exercise.mistake
def the_number_of_inputs_forgotten():
    """That would be five single weights in a row. Each neuron adds up 100 terms, and so its sum
    is √100 times as large as one term.
    """
    return 0.2**5


@growth_exercise.mistake("the weights' size forgotten")
def the_weights_size_forgotten():
    """That is √n for each layer, as if the weights had std 1. Theirs is 0.2."""
    return 10.0**5


@growth_exercise.mistake
def std_squared():
    """You took the square of the std. The factor for the *size* is √n · std. (The squares grow
    by n · std², which is 4.)
    """
    return (10 * 0.04) ** 5


@growth_exercise.mistake
def growth_of_the_squares():
    """The squares grow by n · std² = 4 in each layer. Asked for is the size, the root of that."""
    return 4.0**5


@growth_exercise.mistake
def one_layer_too_few():
    """Four doublings. The first layer counts as well: it makes 2 out of 1."""
    return 16.0


# 10.2 ------------------------------------------------------------- write a function


def start_std(shape, activation):
    n_out, n_in = shape
    if activation == "tanh":
        return np.sqrt(2 / (n_in + n_out))  # the middle of both directions
    if activation == "ReLU":
        return np.sqrt(2 / n_in)  # ReLU keeps half of the squares, the 2 gives them back
    raise ValueError(f"No rule is known for {activation!r}.")


def start_std_from_a_table(shape, activation):
    neurons = {"tanh": (shape[0] + shape[1]) / 2, "ReLU": shape[1] / 2}
    if activation not in neurons:
        raise ValueError(activation)
    return float(neurons[activation] ** -0.5)


def start_std_from_the_gain(shape, activation):
    gains = [("tanh", 1.0, np.mean(shape)), ("ReLU", 2**0.5, shape[-1])]
    for name, gain, fan in gains:
        if name == activation:
            return gain / np.sqrt(fan)
    raise ValueError("tanh or ReLU, please")


def either(tanh, relu, otherwise=None):
    """start_std with other formulas, of (n_out, n_in)."""

    def rule(shape, activation):
        if activation in ("tanh", "ReLU"):
            return (tanh if activation == "tanh" else relu)(*shape)
        if otherwise is not None:
            return otherwise(*shape)
        raise ValueError(activation)

    return rule


def xavier(n_out, n_in):
    return (2 / (n_in + n_out)) ** 0.5


def he(n_out, n_in):
    return (2 / n_in) ** 0.5


start_exercise = Exercise(
    id="10.2",
    title="Two rules for the initial weights",
    points=2,
    minutes=8,
    difficulty="easy",
    name="start_std",
    reference=start_std,
    shown=True,
    alternatives=(start_std_from_a_table, start_std_from_the_gain),
    fixed=(
        ((100, 300), "tanh"),
        ((100, 300), "ReLU"),
        ((64, 64), "ReLU"),
        ((1, 32), "tanh"),
        ((1, 32), "ReLU"),
        ((32, 2), "ReLU"),
        ((100, 300), "sigmoid"),
        ((10, 20), "relu6"),
    ),
    random=lambda rng: (
        tuple(int(size) for size in rng.integers(1, 400, size=2)),
        ("tanh", "ReLU")[rng.integers(2)],
    ),
    hints=(
        "The lesson has both rules in one line each. Which of them was made with tanh in mind, "
        "and which one for ReLU?",
        "A weight matrix has a row for each neuron, so its shape is (n_out, n_in). Both rules are "
        "a root of 2 divided by something.",
        "tanh: √(2 / (n_in + n_out)). ReLU: √(2 / n_in). For any other name, "
        "`raise ValueError(...)` with a sentence of yours.",
    ),
)


@start_exercise.mistake("n_out in place of n_in")
def n_out_in_place_of_n_in(*arguments):
    """He's rule counts the *inputs* of a neuron. In a weight matrix each row is a neuron, so
    the number of inputs is the second number of the shape.
    """
    return either(xavier, lambda n_out, n_in: (2 / n_out) ** 0.5)(*arguments)


@start_exercise.mistake("root forgotten")
def root_forgotten_10_2(*arguments):
    """These are the squares (the variances). The std, the size of a weight, is their root."""
    return either(lambda o, i: 2 / (i + o), lambda o, i: 2 / i)(*arguments)


@start_exercise.mistake
def the_rules_exchanged(*arguments):
    """Both rules are right, and for the wrong activations: Xavier was made for functions like
    tanh, He for ReLU.
    """
    return either(he, xavier)(*arguments)


@start_exercise.mistake("Xavier for everything")
def xavier_for_everything(*arguments):
    """With ReLU half of the squares are gone after each layer. Xavier does not make up for
    that; He's rule does.
    """
    return either(xavier, xavier)(*arguments)


@start_exercise.mistake("He without the 2")
def he_without_the_2(*arguments):
    """1/√n keeps the size without an activation. ReLU sets half of the sums to 0, and the 2
    makes up for it.
    """
    return either(xavier, lambda o, i: (1 / i) ** 0.5)(*arguments)


@start_exercise.mistake("Xavier without the 2")
def xavier_without_the_2(*arguments):
    """Xavier takes the middle of n_in and n_out, which is (n_in + n_out) / 2. One divided by
    that has the 2 on top.
    """
    return either(lambda o, i: (1 / (i + o)) ** 0.5, he)(*arguments)


@start_exercise.mistake("brackets forgotten")
def brackets_forgotten(*arguments):
    """`2 / n_in + n_out` divides first, and adds n_out then. Write `2 / (n_in + n_out)`."""
    return either(lambda o, i: (2 / i + o) ** 0.5, he)(*arguments)


@start_exercise.mistake
def the_root_of_the_2_alone(*arguments):
    """The root was taken of the 2 alone, `np.sqrt(2) / n`. It goes over the whole fraction."""
    return either(lambda o, i: 2**0.5 / (i + o), lambda o, i: 2**0.5 / i)(*arguments)


@start_exercise.mistake("the root of the 2 alone, for ReLU")
def the_root_of_the_2_alone_for_relu(*arguments):
    """tanh is right. For ReLU the root was taken of the 2 alone; it goes over the whole
    fraction, `np.sqrt(2 / n_in)`.
    """
    return either(xavier, lambda o, i: 2**0.5 / i)(*arguments)


@start_exercise.mistake
def a_start_for_every_name(*arguments):
    """Right for tanh and ReLU. For a name without a rule your function should say so, with a
    ValueError, instead of guessing.
    """
    return either(xavier, he, otherwise=xavier)(*arguments)


@start_exercise.mistake("a start for every name, He's")
def a_start_for_every_name_he_s(*arguments):
    """Right for tanh and ReLU. Any other name gets the rule for ReLU here; it should get a
    ValueError.
    """
    return either(xavier, he, otherwise=he)(*arguments)


# 10.3 ------------------------------------------------------------- write a function


def batch_norm(z, gamma, beta):
    # axis 0 runs over the examples: one mean and one variance for each neuron
    mean = z.mean(axis=0)
    std = np.sqrt(z.var(axis=0) + 1e-5)  # under the root, so that a std of 0 does no harm
    return gamma * (z - mean) / std + beta


def batch_norm_neuron_by_neuron(z, gamma, beta):
    out = np.empty(z.shape)
    for k in range(z.shape[1]):
        away = z[:, k] - sum(z[:, k]) / len(z)
        squares = sum(away**2) / len(z)
        out[:, k] = gamma[k] * away / (squares + 0.00001) ** 0.5 + beta[k]
    return out


def batch_norm_with_nnlib(z, gamma, beta):
    layer = nn.BatchNorm1d(z.shape[1]).to(np.float64)
    layer.weight.data[...] = gamma
    layer.bias.data[...] = beta
    return layer(z)


def norm_with(z, gamma, beta, axis=0, ddof=0, keep=False, size=lambda var: np.sqrt(var + 1e-5)):
    """batch_norm with some of its parts exchanged, for the mistakes below."""
    mean = z.mean(axis=axis, keepdims=keep)
    return gamma * (z - mean) / size(z.var(axis=axis, ddof=ddof, keepdims=keep)) + beta


def case_of_norm(rng):
    n, neurons = rng.integers(2, 7), rng.integers(1, 5)
    return (
        rng.normal(rng.normal(0, 3), 2, (n, neurons)).round(2),
        rng.uniform(0.5, 2, neurons).round(2),
        rng.normal(0, 1, neurons).round(2),
    )


norm_exercise = Exercise(
    id="10.3",
    title="Batch normalisation",
    points=3,
    minutes=10,
    difficulty="medium",
    name="batch_norm",
    reference=batch_norm,
    shown=True,
    alternatives=(batch_norm_neuron_by_neuron, batch_norm_with_nnlib),
    fixed=(
        (np.array([[1.0], [2.0], [3.0], [6.0]]), np.array([1.0]), np.array([0.0])),
        (
            np.array([[1.0, 100.0], [3.0, 300.0], [5.0, 200.0]]),
            np.array([1.0, 2.0]),
            np.array([0.0, -1.0]),
        ),
        (np.array([[2.0, 7.0], [2.0, 7.01]]), np.array([3.0, 0.5]), np.array([0.25, 1.0])),
        (np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([0.5, 2.0]), np.array([1.0, -1.0])),
    ),
    random=case_of_norm,
    hints=(
        "Each neuron is a column of z, and has a mean and a std of its own, taken over the "
        "examples. Which axis is that?",
        "`z.mean(axis=0)` and `z.var(axis=0)` have one number for each neuron. Where does the "
        "0.00001 go, before the root or after it?",
        "Subtract the mean, divide by `np.sqrt(z.var(axis=0) + 1e-5)`, multiply by gamma, and add "
        "beta at the end.",
    ),
)


@norm_exercise.mistake
def each_example_by_itself(z, gamma, beta):
    """You took mean and std over the neurons of one example. (That exists too, and is called
    layer normalisation.) Batch normalisation takes them over the batch, for each neuron.
    """
    return norm_with(z, gamma, beta, axis=1, keep=True)


@norm_exercise.mistake
def one_mean_for_all_neurons(z, gamma, beta):
    """Mean and std are taken over the whole table here. Each neuron, that is each column, needs
    its own.
    """
    return norm_with(z, gamma, beta, axis=None)


@norm_exercise.mistake
def divided_by_the_variance(z, gamma, beta):
    """You divide by the variance, a mean of squares. Its root, the std, is the size to divide
    by.
    """
    return norm_with(z, gamma, beta, size=lambda var: var + 1e-5)


@norm_exercise.mistake
def root_taken_twice(z, gamma, beta):
    """Under your root stands the std, which is a root already. The variance belongs there,
    `z.var(axis=0)`.
    """
    return norm_with(z, gamma, beta, size=lambda var: np.sqrt(np.sqrt(var) + 1e-5))


@norm_exercise.mistake
def mean_not_subtracted(z, gamma, beta):
    """The sizes are right, but each neuron still has its old mean. Subtract it first."""
    return gamma * z / np.sqrt(z.var(axis=0) + 1e-5) + beta


@norm_exercise.mistake("n − 1")
def n_1(z, gamma, beta):
    """You divide the squares by n − 1. That is for guessing the spread of many from a few. Here
    the batch itself is to get size 1, so it is n, as in the example by hand.
    """
    return norm_with(z, gamma, beta, ddof=1)


@norm_exercise.mistake("the 0.00001 after the root")
def the_0_00001_after_the_root(z, gamma, beta):
    """Nearly: the 0.00001 belongs under the root, with the variance. You see the difference
    where a neuron says nearly the same to all examples.
    """
    return norm_with(z, gamma, beta, size=lambda var: np.sqrt(var) + 1e-5)


@norm_exercise.mistake("the 0.00001 forgotten")
def the_0_00001_forgotten(z, gamma, beta):
    """When a neuron says the same to all examples its std is 0, and 0 / 0 is nan. Hence the
    0.00001 under the root.
    """
    return norm_with(z, gamma, beta, size=np.sqrt)


@norm_exercise.mistake
def gamma_and_beta_exchanged(z, gamma, beta):
    """γ multiplies and β is added. You have them the other way round."""
    return batch_norm(z, beta, gamma)


@norm_exercise.mistake
def gamma_and_beta_forgotten(z, gamma, beta):
    """The sums are normalised. Then the network may choose another size and mean if it wants:
    multiply by γ, and add β.
    """
    return norm_with(z, 1.0, 0.0)


@norm_exercise.mistake
def beta_forgotten(z, gamma, beta):
    """Normalised and multiplied by γ. At the end β is added, so that the network may choose
    another mean.
    """
    return norm_with(z, gamma, 0.0)


@norm_exercise.mistake
def gamma_forgotten(z, gamma, beta):
    """Normalised, and β is added. Before that γ multiplies, so that the network may choose
    another size.
    """
    return norm_with(z, 1.0, beta)


@norm_exercise.mistake
def beta_inside_the_brackets(z, gamma, beta):
    """You add β before γ multiplies, and so it is multiplied too. First γ, then β."""
    return gamma * (norm_with(z, 1.0, 0.0) + beta)


# 10.4 ------------------------------------------------------------- find the bug


def clip(gradients, limit):
    # one length for everything: squares add up, over all numbers of all arrays
    length = np.sqrt(sum(np.sum(g**2) for g in gradients))
    if length <= limit:
        return gradients
    # one factor for everything, so the direction stays
    return [g * (limit / length) for g in gradients]


def clip_as_one_list(gradients, limit):
    length = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))
    return [g / max(1.0, length / limit) for g in gradients]


def clip_with_nnlib(gradients, limit):
    params = [nn.Parameter(np.zeros_like(g), np.float64) for g in gradients]
    for p, g in zip(params, gradients, strict=True):
        p.grad = np.array(g, dtype=float)
    nn.utils.clip_grad_norm_(params, limit)
    return [p.grad for p in params]


def scaled_by(measure, always=False):
    """clip with another measure of length, for the mistakes below."""

    def rule(gradients, limit):
        length = measure(gradients)
        if length <= limit and not always:
            return gradients
        return [g * (limit / length) for g in gradients]

    return rule


def whole_length(gradients):
    return np.sqrt(sum(np.sum(g**2) for g in gradients))


def case_of_clip(rng):
    shapes = [tuple(rng.integers(1, 4, size=2)), tuple(rng.integers(2, 4, size=1))]
    return [rng.normal(0, 2, shape).round(2) for shape in shapes], round(rng.uniform(0.5, 9), 2)


clip_exercise = Exercise(
    id="10.4",
    title="The clipping that turns the arrow",
    points=3,
    minutes=10,
    difficulty="medium",
    name="clip",
    reference=clip,
    shown=True,
    alternatives=(clip_as_one_list, clip_with_nnlib),
    rtol=1e-4,  # a tiny number below the line, as nnlib has it, is right too
    fixed=(
        ([np.array([3.0]), np.array([4.0])], 1.0),
        ([np.array([3.0, 4.0])], 1.0),
        ([np.array([0.3]), np.array([0.4])], 1.0),
        ([np.array([30.0, 40.0]), np.array([0.1])], 5.0),
        ([np.array([[1.0, -2.0], [2.0, 4.0]]), np.array([-2.0, 1.0])], 3.0),
        ([np.array([0.0, 0.0]), np.array([0.0])], 2.0),
    ),
    random=case_of_clip,
    equivalent_mutants={
        "line 4: length <= limit -> length < limit": "at the limit the factor is 1",
    },
    hints=(
        "In the example, 3 and 4 both become 1. Which direction had the arrow (3, 4), and which "
        "one has (1, 1)?",
        "There is one length, that of all the numbers of all the arrays together. Work it out "
        "first, before any array is changed.",
        "The length is the root of the sum of all squares, `sum(np.sum(g**2) for g in gradients)`. "
        "If it is above the limit, every array is multiplied by limit / length.",
    ),
)


@clip_exercise.mistake("`return` inside the loop")
def only_the_first_array(gradients, limit):
    """Only the first array came back, and it is right: `return` ends the function at once, also
    inside the loop. Move it to the left, to the level of `for`.
    """
    return clip(gradients, limit)[:1]


@clip_exercise.mistake("nothing was changed")
def clipped_one_by_one(gradients, limit):
    """Each array is still measured and cut by itself. A large one loses much and a small one
    nothing, and so the whole arrow points elsewhere.
    """
    clipped = []
    for g in gradients:
        length = np.sqrt(np.sum(g**2))
        clipped.append(g * min(1, limit / length) if length else g)
    return clipped


@clip_exercise.mistake
def each_number_cut(gradients, limit):
    """`np.clip` cuts each number by itself, so only the large ones change, and the direction
    with them. All numbers have to shrink by the same factor.
    """
    return [np.clip(g, -limit, limit) for g in gradients]


@clip_exercise.mistake
def short_ones_made_longer(*arguments):
    """Long gradients are right. But short ones are stretched up to the limit, and one of length
    0 becomes nan. Clipping makes nothing longer.
    """
    return scaled_by(whole_length, always=True)(*arguments)


@clip_exercise.mistake
def all_brought_to_the_limit(*arguments):
    """Long gradients are right. But short ones are stretched up to the limit, too. Clipping
    makes nothing longer: the factor is never above 1.
    """
    return scaled_by(lambda gradients: whole_length(gradients) + 1e-6, always=True)(*arguments)


@clip_exercise.mistake("root forgotten")
def root_forgotten_10_4(*arguments):
    """You compare with the sum of the squares. The length is the root of that: (3, 4) has
    length 5, not 25.
    """
    return scaled_by(lambda gradients: whole_length(gradients) ** 2)(*arguments)


@clip_exercise.mistake
def lengths_added(*arguments):
    """You added the lengths of the arrays. Lengths do not add up, squares do: 3 and 4 together
    have length 5, not 7.
    """
    return scaled_by(lambda gradients: sum(np.linalg.norm(g) for g in gradients))(*arguments)


@clip_exercise.mistake
def the_longest_array_counts(*arguments):
    """All arrays shrink by one factor: good. But it comes from the longest array alone. The
    length of all of them together is larger.
    """
    return scaled_by(lambda gradients: max(np.linalg.norm(g) for g in gradients))(*arguments)


@clip_exercise.mistake
def sizes_in_place_of_squares(*arguments):
    """You added up the numbers without their signs. The length is the root of the sum of the
    squares.
    """
    return scaled_by(lambda gradients: sum(np.sum(np.abs(g)) for g in gradients))(*arguments)


@clip_exercise.mistake
def limit_of_1_for_all(gradients, limit):
    """Cut gradients always end with length 1 here. They should end with the length `limit`."""
    return (
        gradients
        if whole_length(gradients) <= limit
        else [g / whole_length(gradients) for g in gradients]
    )


@clip_exercise.mistake
def root_mean_square(*arguments):
    """You took the *mean* of the squares, the typical size of one number. The length of the
    arrow takes their sum.
    """
    return (
        scaled_by(
            lambda gradients: np.sqrt(np.mean(np.concatenate([g.ravel() for g in gradients]) ** 2))
        )
    )(*arguments)


# 10.5 ------------------------------------------------------------- choose by measurement

LOWEST, HIGHEST = 0.5, 2.0


def judge_swish(arguments, std):
    if std < 0:
        return "A standard deviation is a size, and cannot be negative."
    signal, _ = given.ten_swish_layers(float(std))
    if LOWEST <= signal <= HIGHEST:
        return None
    return (
        f"After ten layers the numbers are {signal:.4g} times as large as at first. It should be "
        f"between {LOWEST} and {HIGHEST:.0f} times."
    )


def signal_of(std):
    return given.ten_swish_layers(float(std))[0]


swish_exercise = Exercise(
    id="10.5",
    title="A start for a new activation",
    points=2,
    minutes=12,
    difficulty="hard",
    name="swish_std",
    reference=lambda: 0.154,
    alternatives=(lambda: 0.151, lambda: 0.157),
    judge=judge_swish,
    hints=(
        "Try the two rules of the lesson first. Does the signal come out too small or too large?",
        "Find one std that is too small and one that is too large, and then try the middle of the "
        "two. Which half holds the right one? Again the middle ...",
        "He's 0.1414 is too small, and 0.17 is too large. Three or four times the middle will do.",
    ),
)


@swish_exercise.mistake("He's rule", seen=lambda arguments, std: abs(std - 0.1414) < 0.002)
def he_s_rule():
    """This is √(2 / 100). It makes up for ReLU, which keeps half of the squares. Swish keeps
    less of them, so the signal still fades; somewhat larger weights are needed.
    """
    return (2 / 100) ** 0.5


@swish_exercise.mistake("Xavier's rule", seen=lambda arguments, std: abs(std - 0.1) < 0.002)
def xavier_s_rule():
    """This is √(2 / (100 + 100)). It makes up for no activation at all, and swish makes the
    numbers smaller in each layer.
    """
    return 0.1


@swish_exercise.mistake(seen=lambda arguments, std: std >= 0 and signal_of(std) < LOWEST)
def the_signal_dies():
    """Each layer makes the numbers smaller, and after ten of them little or nothing is left.
    Larger weights!
    """
    return 0.01


@swish_exercise.mistake(seen=lambda arguments, std: std >= 0 and signal_of(std) > HIGHEST)
def the_signal_explodes():
    """Each layer makes the numbers larger, and ten layers multiply that. Smaller weights!"""
    return 1.0


EXERCISES = (growth_exercise, start_exercise, norm_exercise, clip_exercise, swish_exercise)
