"""Exercises for lesson 01, the neuron."""

import numpy as np

from nncourse.exercises.given import lesson_01 as given
from nncourse.judging.exercise import Exercise
from nnlib.nn.functional import sigmoid

TITLE = "The neuron"


# 01.1 ------------------------------------------------------------- predict a number


def z_on_paper():
    return 0.5 * 6 - 1 * 2 + 1


weighted_sum_on_paper = Exercise(
    id="01.1",
    title="A weighted sum on paper",
    points=1,
    minutes=3,
    difficulty="easy",
    name="z_on_paper",
    reference=z_on_paper,
    hints=(
        "Each input meets its own weight. How many products are there?",
        "The products are 0.5 · 6 and −1 · 2. The bias is added once, at the end.",
        "The products are 3 and −2, and together they are 1. One number is still to be added.",
    ),
)


@weighted_sum_on_paper.mistake
def bias_forgotten():
    """That is the sum of the two products. The neuron still adds its bias."""
    return 0.5 * 6 - 1 * 2


@weighted_sum_on_paper.mistake
def minus_sign_lost():
    """The second weight is −1: its input speaks against, and takes 2 away."""
    return 0.5 * 6 + 1 * 2 + 1


@weighted_sum_on_paper.mistake
def sums_multiplied():
    """That is (sum of the weights) × (sum of the inputs). But each input meets its own weight
    only.
    """
    return (0.5 - 1) * (6 + 2) + 1


@weighted_sum_on_paper.mistake
def bias_added_to_each_product():
    """A neuron has one bias, and adds it once, not once for each input."""
    return (0.5 * 6 + 1) + (-1 * 2 + 1)


@weighted_sum_on_paper.mistake
def weights_crossed():
    """The first weight belongs to the first input: 0.5 meets 6, and −1 meets 2."""
    return 0.5 * 2 - 1 * 6 + 1


@weighted_sum_on_paper.mistake(seen=lambda arguments, result: abs(result - 0.880797) < 0.006)
def the_sigmoid_of_z():
    """This is the sigmoid of z. The weighted sum is the number before the activation."""
    return 0.880797


# 01.2 ------------------------------------------------------------- write a function


def weighted_sum(x, w, b):
    # @ multiplies each input by its own weight and adds the products up
    return w @ x + b


def weighted_sum_in_a_loop(x, w, b):
    total = b
    for one_input, one_weight in zip(x, w, strict=True):
        total += one_input * one_weight
    return total


def weighted_sum_of_products(x, w, b):
    return np.sum(x * w) + b


weighted_sum_exercise = Exercise(
    id="01.2",
    title="The weighted sum",
    points=2,
    minutes=5,
    difficulty="easy",
    name="weighted_sum",
    reference=weighted_sum,
    shown=True,
    alternatives=(weighted_sum_in_a_loop, weighted_sum_of_products),
    fixed=(
        (np.array([1.0, 2.0, 3.0]), np.array([0.2, 0.8, -0.5]), 2.0),
        (np.array([0.5, 0.3]), np.array([0.4, 0.7]), 0.2),
        (np.array([2.0, 3.0]), np.array([0.0, 1.0]), 4.0),
        (np.array([0.0, 0.0]), np.array([5.0, -5.0]), -1.5),
        (np.array([7.0]), np.array([-3.0]), 0.0),
    ),
    random=lambda rng: (
        *rng.normal(size=(2, rng.integers(2, 7))).round(2),
        round(rng.normal(), 2),
    ),
    hints=(
        "Three steps: multiply each input by its weight, add the products up, add the bias.",
        "NumPy has one sign for “multiply each pair and add up”. The lesson used it.",
        "`w @ x` is the sum of the products. What is still missing?",
    ),
)


@weighted_sum_exercise.mistake("bias forgotten")
def bias_forgotten_01_2(x, w, b):
    """The products are added up, and the bias `b` is not. It is what the neuron says when all
    inputs are 0.
    """
    return w @ x


@weighted_sum_exercise.mistake("`*` in place of `@`")
def in_place_of(x, w, b):
    """`w * x` multiplies each pair and does not add up, so as many numbers come back as there
    are inputs, each with the bias.
    """
    return w * x + b


@weighted_sum_exercise.mistake
def bias_subtracted(x, w, b):
    """The bias is added: z = w · x + b."""
    return w @ x - b


@weighted_sum_exercise.mistake("bias added to each product")
def bias_added_to_each_product_01_2(x, w, b):
    """Here the bias is inside the sum, and so it is added once for each input. A neuron adds it
    once.
    """
    return np.sum(w * x + b)


@weighted_sum_exercise.mistake("sums multiplied")
def sums_multiplied_01_2(x, w, b):
    """The sum of the weights times the sum of the inputs lets every weight meet every input.
    Each input meets its own weight only.
    """
    return np.sum(w) * np.sum(x) + b


@weighted_sum_exercise.mistake
def only_the_last_product_left(x, w, b):
    """Only the product of the last input is left: `=` in the loop writes over what was there
    before. `+=` adds to it.
    """
    return w[-1] * x[-1] + b


@weighted_sum_exercise.mistake
def activation_added(x, w, b):
    """That is the neuron's output, sigmoid and all. This exercise asks for z, the number before
    the activation.
    """
    return 1 / (1 + np.exp(-(w @ x + b)))


@weighted_sum_exercise.mistake("`return` inside the loop")
def weighted_sum_of_the_first_input(x, w, b):
    """Only the first input was heard: `return` ends the function at once, also inside the loop.
    Move it to the left, to the level of `for`.
    """
    return w[0] * x[0] + b


@weighted_sum_exercise.mistake
def the_last_input_left_out(x, w, b):
    """The last input is missing: a `range` already ends before the number in its brackets, so
    `range(len(x))` is enough, without − 1.
    """
    return w[:-1] @ x[:-1] + b


@weighted_sum_exercise.mistake
def mean_in_place_of_the_sum(x, w, b):
    """The products were averaged. A neuron adds them up, and does not divide."""
    return np.mean(w * x) + b


@weighted_sum_exercise.mistake
def bias_as_a_factor(x, w, b):
    """The sum of the products was multiplied by the bias. The bias is added."""
    return w @ x * b


@weighted_sum_exercise.mistake
def an_input_used_as_an_index(x, w, b):
    """In `for i in x` the name i stands for an input, not for its place. `range(len(x))` counts
    the places 0, 1, 2 and so on.
    """
    return sum(w[i] * i for i in x) + b


@weighted_sum_exercise.mistake("the loop begins at 1")
def weighted_sum_without_the_first_input(x, w, b):
    """The first input is missing: Python counts from 0, and a `range` that begins at 1 leaves
    it out.
    """
    return w[1:] @ x[1:] + b


# 01.3 ------------------------------------------------------------- write a class


class Neuron:
    def __init__(self, weights, bias):
        self.weights = weights
        self.bias = bias

    def forward(self, x):
        z = self.weights @ x + self.bias
        return 1 / (1 + np.exp(-z))


class NeuronWithTanh:
    """The sigmoid is a tanh, squeezed: sigmoid(z) = (1 + tanh(z / 2)) / 2."""

    def __init__(self, weights, bias):
        self.everything = (np.array(weights), bias)

    def forward(self, x):
        weights, bias = self.everything
        return 0.5 + 0.5 * np.tanh((np.sum(weights * x) + bias) / 2)


class NeuronWithBiasAsWeight:
    """The bias is one more weight, whose input is always 1."""

    def __init__(self, weights, bias):
        self.weights = [*weights, bias]

    def forward(self, x):
        return sigmoid(np.array(np.dot(self.weights, [*x, 1.0])))


neuron_class = Exercise(
    id="01.3",
    title="A neuron of your own",
    points=3,
    minutes=10,
    difficulty="medium",
    name="MyNeuron",
    reference=Neuron,
    shown=True,
    alternatives=(NeuronWithTanh, NeuronWithBiasAsWeight),
    driver=given.two_neurons,
    fixed=(
        (
            (np.array([0.0, 1.0]), 4.0),
            (np.array([1.0, -1.0]), 0.5),
            np.array([2.0, 3.0]),
            np.array([-1.0, -5.0]),
        ),
        (
            (np.array([0.2, 0.8, -0.5]), 2.0),
            (np.array([0.4, 0.7, 1.0]), 0.2),
            np.array([1.0, 2.0, 3.0]),
            np.array([0.5, -1.0, 0.0]),
        ),
        ((np.array([0.4]), 0.2), (np.array([-0.8]), 2.0), np.array([0.5]), np.array([0.0])),
        (
            (np.array([1.0, -1.0]), 0.0),
            (np.array([3.0, 0.0]), -1.0),
            np.array([0.0, 0.0]),
            np.array([1.0, 2.0]),
        ),
    ),
    random=lambda rng: (
        (rng.normal(size=3).round(2), round(rng.normal(), 2)),
        (rng.normal(size=3).round(2), round(rng.normal(), 2)),
        *rng.normal(size=(2, 3)).round(2),
    ),
    hints=(
        "`__init__` only stores: `self.weights = weights`. All arithmetic is in `forward`.",
        "`forward` needs two lines: first z from the stored weights and bias, then the sigmoid.",
        "The sigmoid of z is `1 / (1 + np.exp(-z))`. Mind the minus sign.",
    ),
)


@neuron_class.mistake("bias forgotten")
class NeuronWithoutBias(Neuron):
    """The stored bias is never used in `forward`, so with all inputs at 0 the neuron can only
    answer 0.5.
    """

    def forward(self, x):
        return sigmoid(self.weights @ x)


@neuron_class.mistake("activation forgotten")
class NeuronWithoutActivation(Neuron):
    """What comes back is z. The neuron's output is the sigmoid of z, between 0 and 1."""

    def forward(self, x):
        return self.weights @ x + self.bias


@neuron_class.mistake("minus sign of the sigmoid lost")
class NeuronWithPlusSign(Neuron):
    """The sigmoid is 1 / (1 + exp(−z)). With exp(z) it falls where it should rise."""

    def forward(self, x):
        return 1 / (1 + np.exp(self.weights @ x + self.bias))


@neuron_class.mistake("bias added after the activation")
class NeuronBiasAfterActivation(Neuron):
    """The bias belongs to z: add it before the sigmoid, or the output leaves 0 to 1."""

    def forward(self, x):
        return sigmoid(self.weights @ x) + self.bias


@neuron_class.mistake("activation of each product")
class NeuronActivatedTooEarly(Neuron):
    """Here the sigmoid is taken of each product. First everything is added up to z, and then
    comes one sigmoid.
    """

    def forward(self, x):
        return np.sum(sigmoid(self.weights * x)) + self.bias


@neuron_class.mistake("all neurons share their numbers")
class NeuronSharingNumbers(Neuron):
    """The first neuron answers with the weights and the bias of the one that was made last. Each
    neuron has its own: store them under `self`, and not in the class or in a global name.
    """

    def __init__(self, weights, bias):
        NeuronSharingNumbers.last = weights, bias

    def forward(self, x):
        weights, bias = self.last
        return sigmoid(weights @ x + bias)


@neuron_class.mistake("`forward` changes the bias")
class NeuronChangingItsBias(Neuron):
    """The first answer is right, and later ones are not: `forward` writes a new number into
    `self.bias`. Give z a name of its own.
    """

    def forward(self, x):
        self.bias = self.weights @ x + self.bias
        return sigmoid(np.array(self.bias))


@neuron_class.mistake("`forward` changes the weights")
class NeuronChangingItsWeights(Neuron):
    """The first answer is right, and later ones are not: `forward` writes the products into
    `self.weights`. Give them a name of their own.
    """

    def forward(self, x):
        self.weights = self.weights * x
        return sigmoid(np.array(self.weights.sum() + self.bias))


@neuron_class.mistake("brackets of the sigmoid forgotten")
class NeuronWithoutBrackets(Neuron):
    """`1 / 1 + np.exp(-z)` is 1, plus the power. The whole sum stands below the line, so it
    needs brackets: `1 / (1 + np.exp(-z))`.
    """

    def forward(self, x):
        return 1 / 1 + np.exp(-(self.weights @ x + self.bias))


@neuron_class.mistake("the bias with the wrong sign")
class NeuronMinusBeforeProducts(Neuron):
    """The bias counts with the wrong sign: it was subtracted, or the minus sign of the sigmoid
    stands before the products alone, as in `-w @ x + b`. That minus belongs to all of z: put z in
    brackets, or give it a name first.
    """

    def forward(self, x):
        return 1 / (1 + np.exp(-self.weights @ x + self.bias))


@neuron_class.mistake("tanh in place of the sigmoid")
class NeuronWithOtherActivation(Neuron):
    """The activation is tanh, between −1 and 1. This neuron has the sigmoid."""

    def forward(self, x):
        return np.tanh(self.weights @ x + self.bias)


@neuron_class.mistake("ReLU in place of the sigmoid")
class NeuronWithReLU(Neuron):
    """The activation is ReLU, which cuts off at 0. This neuron has the sigmoid."""

    def forward(self, x):
        return max(0.0, self.weights @ x + self.bias)


@neuron_class.mistake("a step in place of the sigmoid")
class NeuronWithStep(Neuron):
    """This neuron says 0 or 1 and nothing between: its activation is the step. The sigmoid says
    every number between them too.
    """

    def forward(self, x):
        return 1 if self.weights @ x + self.bias > 0 else 0


@neuron_class.mistake("the sigmoid twice")
class NeuronWithTwoSigmoids(Neuron):
    """The sigmoid was taken of the sigmoid, so every output lies between 0.5 and 0.73. Once is
    enough.
    """

    def forward(self, x):
        return sigmoid(sigmoid(self.weights @ x + self.bias))


@neuron_class.mistake("`*` in place of `@`")
class NeuronWithStar(Neuron):
    """`*` multiplies each pair and does not add up, so as many numbers come back as there are
    inputs. `@` does both.
    """

    def forward(self, x):
        return sigmoid(self.weights * x + self.bias)


@neuron_class.mistake("a name that Python does not know here")
class NeuronWithBareNames(Neuron):
    """A name in `forward` means nothing to Python. What `__init__` stored is found through
    `self`, as in `self.weights`; and a function of the lesson has to be written here first.
    """

    def forward(self, x):
        return of_the_lesson(self.weights @ x + self.bias)  # noqa: F821


def as_my_neuron(made):
    """The class under the learner's name, which is part of Python's messages."""
    made.__name__ = made.__qualname__ = "MyNeuron"
    made.forward.__qualname__ = "MyNeuron.forward"
    return made


@neuron_class.mistake("single underscores")
@as_my_neuron
class NeuronWithSingleUnderscores:
    """Python does not find the method that makes a neuron. Its name is `__init__`, with two
    underscores on each side.
    """

    def _init_(self, weights, bias):
        self.weights, self.bias = weights, bias

    def forward(self, x):
        return sigmoid(self.weights @ x + self.bias)


@neuron_class.mistake("something is not there")
class NeuronWithCall:
    """Python looked for a name behind a dot, and it is not there. `__init__` has to store with
    `self.weights = weights`, and the method that answers has to be called `forward`.
    """

    def __init__(self, weights, bias):
        self.weights, self.bias = weights, bias

    def __call__(self, x):
        return sigmoid(self.weights @ x + self.bias)


@neuron_class.mistake("`self` forgotten")
@as_my_neuron
class NeuronWithoutSelf:
    """Every method gets the neuron itself as its first argument, so the first name in the
    brackets of `forward` is `self`, and then comes `x`.
    """

    def __init__(self, weights, bias):
        self.weights, self.bias = weights, bias

    def forward(x):
        return x


@neuron_class.mistake("`self` forgotten in `__init__`")
@as_my_neuron
class NeuronWithoutSelfInInit:
    """Every method gets the neuron itself as its first argument, so the first name in the
    brackets of `__init__` is `self`, and then come the weights and the bias.
    """

    def __init__(weights, bias):
        pass

    def forward(self, x):
        return x


# 01.4 ------------------------------------------------------------- numbers, judged by what they do

VOTES = tuple((a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1))


def says_yes(majority, votes):
    """Whether the neuron with these three weights and this bias has z above 0."""
    *weights, bias = majority
    return sum(w * v for w, v in zip(weights, votes, strict=True)) + bias > 0


def judge_majority(arguments, majority):
    if len(majority) != 4:
        return f"Four numbers are wanted, three weights and the bias; there are {len(majority)}."
    for votes in VOTES:
        wanted = sum(votes) >= 2
        if says_yes(majority, votes) != wanted:
            answer = "no" if wanted else "yes"
            return (
                f"With the votes {votes} your neuron says {answer}, and it should say "
                f"{'yes' if wanted else 'no'}."
            )
    return None


def yes_from(majority):
    """How many votes it takes, whoever gives them; None if it matters who."""
    counts = {k: {says_yes(majority, v) for v in VOTES if sum(v) == k} for k in range(4)}
    if any(len(answers) > 1 for answers in counts.values()):
        return None
    return next((k for k in range(4) if True in counts[k]), 4)


majority_vote = Exercise(
    id="01.4",
    title="Two out of three",
    points=2,
    minutes=8,
    difficulty="medium",
    name="majority",
    reference=lambda: [1.0, 1.0, 1.0, -1.5],
    alternatives=(lambda: [2, 2, 2, -3], lambda: (0.5, 0.6, 0.7, -1.0)),
    judge=judge_majority,
    hints=(
        "All three votes count the same. What does that say about the three weights?",
        "Let all three weights be 1. Then z is the number of votes, plus the bias. From which "
        "number of votes on is z to be above 0?",
        "With weights of 1 the bias has to outvote one vote, and not two: it lies between two "
        "whole numbers.",
    ),
)


@majority_vote.mistake(
    seen=lambda arguments, majority: judge_majority((), [*majority[1:], majority[0]]) is None
)
def bias_first():
    """These four numbers are right, and their order is not: the three weights come first, the
    bias last.
    """
    return [-1.5, 1.0, 1.0, 1.0]


@majority_vote.mistake(seen=lambda arguments, majority: yes_from(majority) == 1)
def one_vote_is_enough():
    """This is OR: the bias is outvoted by a single yes. It has to be more negative."""
    return [1.0, 1.0, 1.0, -0.5]


@majority_vote.mistake(seen=lambda arguments, majority: yes_from(majority) == 3)
def all_three_needed():
    """This is AND: two votes do not outvote the bias. It has to be less negative."""
    return [1.0, 1.0, 1.0, -2.5]


@majority_vote.mistake(seen=lambda arguments, majority: yes_from(majority) == 0)
def yes_without_a_vote():
    """It says yes without a single vote, because z is then the bias alone. What sign must the
    bias have?
    """
    return [1.0, 1.0, 1.0, 1.5]


@majority_vote.mistake(seen=lambda arguments, majority: yes_from(majority) == 4)
def never_yes():
    """Not even three votes bring z above 0."""
    return [1.0, 1.0, 1.0, -3.5]


@majority_vote.mistake(seen=lambda arguments, majority: yes_from(majority) is None)
def it_matters_who_votes():
    """The same number of votes is a yes from some friends and a no from others: the three
    weights differ too much. Every friend should count the same, or almost.
    """
    return [5.0, 1.0, 1.0, -1.5]


# 01.5 ------------------------------------------------------------- find the bug


def fixed_neuron(x, w, b):
    z = b  # once, before the loop
    for i in range(len(x)):  # 0, 1, ..., n - 1
        z = z + w[i] * x[i]
    return 1 / (1 + np.exp(-z))


def fixed_neuron_with_zip(x, w, b):
    z = 0.0
    for one_input, one_weight in zip(x, w, strict=True):
        z += one_weight * one_input
    return float(sigmoid(np.array(z + b)))


def fixed_neuron_without_a_loop(x, w, b):
    return 0.5 * (1 + np.tanh((w @ x + b) / 2))


def their_neuron(x, w, b, begin=1, bias_each_time=True):
    """The buggy function of the notebook, with its two bugs or with one of them."""
    z = 0.0 if bias_each_time else b
    for i in range(begin, len(x)):
        z = z + w[i] * x[i] + (b if bias_each_time else 0.0)
    return 1 / (1 + np.exp(-z))


fixed_neuron_exercise = Exercise(
    id="01.5",
    title="Two bugs in one neuron",
    points=2,
    minutes=8,
    difficulty="easy",
    name="fixed_neuron",
    reference=fixed_neuron,
    shown=True,
    alternatives=(fixed_neuron_with_zip, fixed_neuron_without_a_loop),
    fixed=(
        (np.array([1.0, 2.0, 3.0]), np.array([0.2, 0.8, -0.5]), 2.0),
        (np.array([0.5, 0.3]), np.array([0.4, 0.7]), 0.2),
        (np.array([1.0]), np.array([-1.0]), 0.5),
        (np.array([0.0, 0.0, 0.0, 0.0]), np.array([1.0, 2.0, 3.0, 4.0]), 1.0),
    ),
    random=lambda rng: (
        *rng.uniform(-1, 1, size=(2, rng.integers(2, 6))).round(2),
        round(rng.uniform(-1, 1), 2),
    ),
    hints=(
        "Put a `print(i, z)` inside the loop, and compare with the lesson's sum, line by line. "
        "How often should the loop go round?",
        "Python counts from zero: the first input is `x[0]`. Which value of `i` comes first here?",
        "That was one bug. The other: everything inside a loop happens in *every* round. What "
        "should happen only once?",
    ),
)


@fixed_neuron_exercise.mistake
def nothing_was_changed(x, w, b, begin=1, bias_each_time=True):
    """Both bugs are still there. Let the loop print what it does in each round."""
    return their_neuron(x, w, b, begin, bias_each_time)


@fixed_neuron_exercise.mistake
def bias_in_every_round(x, w, b):
    """All inputs are heard now: one bug is gone. But the bias stands inside the loop, and is
    added once for each input. A neuron adds it once.
    """
    return their_neuron(x, w, b, begin=0)


@fixed_neuron_exercise.mistake
def first_input_not_heard(x, w, b):
    """The bias is added once now: one bug is gone. But the loop begins at 1, and the first
    input has the number 0.
    """
    return their_neuron(x, w, b, bias_each_time=False)


@fixed_neuron_exercise.mistake
def bias_lost(x, w, b):
    """All inputs are heard, and the bias is not added any more. It has to be, once."""
    return sigmoid(w @ x)


@fixed_neuron_exercise.mistake
def last_input_not_heard(x, w, b):
    """Now the last input is left out. `range(n)` counts 0, 1, ... up to n − 1: n rounds."""
    return sigmoid(w[:-1] @ x[:-1] + b)


@fixed_neuron_exercise.mistake("`return` inside the loop")
def fixed_neuron_of_the_first_input(x, w, b):
    """Only the first input was heard: `return` ends the function at once, also inside the loop.
    Move it to the left, to the level of `for`.
    """
    return sigmoid(w[0] * x[0] + b)


@fixed_neuron_exercise.mistake
def only_the_last_product_left_in_z(x, w, b):
    """Only the product of the last input is left: `z = w[i] * x[i]` writes over what z was. Add
    to it, `z = z + ...`.
    """
    return sigmoid(w[-1] * x[-1] + b)


@fixed_neuron_exercise.mistake
def bias_before_the_loop_and_inside(x, w, b):
    """All inputs are heard. The bias is there before the loop, which is right, and is added once
    more in every round.
    """
    return sigmoid(w @ x + b + len(x) * b)


@fixed_neuron_exercise.mistake("the minus sign of the sigmoid lost")
def fixed_neuron_with_plus(x, w, b):
    """Both bugs are gone. But the sigmoid is 1 / (1 + exp(−z)): with exp(z) it falls where it
    should rise.
    """
    return 1 / (1 + np.exp(w @ x + b))


@fixed_neuron_exercise.mistake
def activation_lost(x, w, b):
    """The sum is right, both bugs are gone. But the sigmoid went with them: the output of the
    neuron lies between 0 and 1.
    """
    return w @ x + b


# 01.6 ------------------------------------------------------------- write a function


def undecided_bias(w, point):
    # the sigmoid is one half where z = 0, so the bias has to undo the sum of the products
    return -(w @ point)


def undecided_bias_in_a_loop(w, point):
    bias = 0.0
    for i in range(len(w)):
        bias -= w[i] * point[i]
    return bias


def undecided_bias_of_products(w, point):
    return float(np.sum(np.negative(w) * point))


undecided_bias_exercise = Exercise(
    id="01.6",
    title="The place of doubt",
    points=2,
    minutes=8,
    difficulty="medium",
    name="undecided_bias",
    reference=undecided_bias,
    shown=True,
    alternatives=(undecided_bias_in_a_loop, undecided_bias_of_products),
    fixed=(
        (np.array([3.0, 0.0]), np.array([1.0, 5.0])),
        (np.array([1.0, 1.0]), np.array([1.0, 2.0])),
        (np.array([2.0, -1.0, 0.5]), np.array([1.0, 1.0, 4.0])),
        (np.array([4.0, -2.0]), np.array([0.0, 0.0])),
        (np.array([-3.0]), np.array([2.0])),
    ),
    random=lambda rng: tuple(rng.uniform(-3, 3, size=(2, rng.integers(1, 6))).round(2)),
    hints=(
        "At which z is the sigmoid exactly one half? Look at the curve in the explorer.",
        "z has to be 0 at this point. z is the sum of the products, plus the bias, and the sum "
        "of the products you can compute.",
        "If the products add up to 3, which bias brings the total to 0?",
    ),
)


@undecided_bias_exercise.mistake
def minus_sign_forgotten(w, point):
    """With this bias z is twice the sum of the products. The bias has to *undo* the sum, so
    that 0 is left.
    """
    return w @ point


@undecided_bias_exercise.mistake
def z_of_one_half(w, point):
    """With this bias z is 0.5, and the output about 0.62. The *output* should be one half, and
    for that z has to be 0.
    """
    return 0.5 - w @ point


@undecided_bias_exercise.mistake("`*` in place of `@`")
def in_place_of_01_6(w, point):
    """These are all the products, one for each input. A neuron has one bias: add them up."""
    return -(w * point)


@undecided_bias_exercise.mistake("sums multiplied")
def sums_multiplied_01_6(w, point):
    """The sum of the weights times the sum of the inputs lets every weight meet every input.
    Each input meets its own weight only.
    """
    return -np.sum(w) * np.sum(point)


@undecided_bias_exercise.mistake
def weights_only(w, point):
    """That is right for the point where all inputs are 1. In general each weight has to be
    multiplied by its input first.
    """
    return -np.sum(w)


@undecided_bias_exercise.mistake
def always_zero(w, point):
    """With a bias of 0 the neuron is undecided where all inputs are 0. The bias shifts that
    place, and here it has to come to lie at the point that was given.
    """
    return 0.0


EXERCISES = (
    weighted_sum_on_paper,
    weighted_sum_exercise,
    neuron_class,
    majority_vote,
    fixed_neuron_exercise,
    undecided_bias_exercise,
)
