"""Exercises for lesson 04: counting, a forward pass, layers with a bug, XOR out of AND and OR."""

from itertools import pairwise

import numpy as np

from nncourse.judging.exercise import Exercise
from nnlib.nn.functional import sigmoid

TITLE = "Layers and the forward pass"


# 04.1 ------------------------------------------------------------- predict a number

count_parameters = Exercise(
    id="04.1",
    title="How many parameters?",
    points=1,
    minutes=4,
    difficulty="easy",
    name="parameters",
    reference=lambda: 5 * 4 + 4 + 4 * 3 + 3,
    hints=(
        "Go layer by layer. The 5 inputs compute nothing. Which two groups of neurons do?",
        "Each hidden neuron has a weight for each of the 5 inputs, and one bias. How many numbers "
        "is that, for one neuron?",
        "The hidden layer has 4 · (5 + 1) parameters. The output layer goes in the same way: its "
        "inputs are the 4 hidden neurons.",
    ),
)


@count_parameters.mistake
def biases_forgotten():
    """These are all the weights. Every neuron also has a bias, and it is learned like a weight."""
    return 5 * 4 + 4 * 3


@count_parameters.mistake
def biases_for_the_inputs():
    """The inputs are not neurons: they compute nothing, and so they have no bias."""
    return 5 * 4 + 4 * 3 + 5 + 4 + 3


@count_parameters.mistake
def one_bias_for_each_layer():
    """A layer has as many biases as neurons: `b` has the shape (neurons,)."""
    return 5 * 4 + 1 + 4 * 3 + 1


@count_parameters.mistake
def only_the_hidden_layer():
    """That is the hidden layer. The output neurons have weights and biases as well."""
    return 5 * 4 + 4


@count_parameters.mistake
def all_sizes_multiplied():
    """The numbers of parameters of the layers are added. Only inside one layer do you multiply
    inputs and neurons.
    """
    return 5 * 4 * 3


@count_parameters.mistake
def neurons_counted():
    """That is the number of neurons. Each of them has several parameters: one weight for each
    of its inputs, and a bias.
    """
    return 4 + 3


@count_parameters.mistake
def every_input_to_every_neuron():
    """The output neurons do not see the 5 inputs. They listen to the 4 hidden neurons only."""
    return 5 * 4 + 4 + 5 * 3 + 3


@count_parameters.mistake
def biases_of_the_output_forgotten():
    """The hidden layer is complete. The 3 output neurons have a bias each, too."""
    return 5 * 4 + 4 + 4 * 3


@count_parameters.mistake
def biases_of_the_hidden_layer_forgotten():
    """The output layer is complete. The 4 hidden neurons have a bias each, too."""
    return 5 * 4 + 4 * 3 + 3


# 04.2 ------------------------------------------------------------- write a function


def forward(X, W1, b1, W2, b2):
    A1 = np.maximum(X @ W1.T + b1, 0)
    return 1 / (1 + np.exp(-(A1 @ W2.T + b2)))


def forward_neuron_by_neuron(X, W1, b1, W2, b2):
    outputs = np.zeros((len(X), len(W2)))
    for row, x in enumerate(X):
        hidden = [max(0.0, w @ x + b) for w, b in zip(W1, b1, strict=True)]
        outputs[row] = [sigmoid(w @ hidden + b) for w, b in zip(W2, b2, strict=True)]
    return outputs


def forward_in_columns(X, W1, b1, W2, b2):
    hidden = W1 @ X.T + b1[:, None]
    z2 = W2 @ (hidden * (hidden > 0)) + b2[:, None]
    return (0.5 + 0.5 * np.tanh(z2 / 2)).T


def relu(z):
    return np.maximum(z, 0)


def some_network(rng):
    examples, inputs, hidden, outputs = rng.integers(1, 5, size=4)
    return (
        rng.normal(0, 1, (examples, inputs)).round(2),
        rng.normal(0, 1, (hidden, inputs)).round(2),
        rng.normal(0, 1, hidden).round(2),
        rng.normal(0, 1, (outputs, hidden)).round(2),
        rng.normal(0, 1, outputs).round(2),
    )


LESSON_NETWORK = (
    np.array([[0.1, 0.4], [0.5, -0.5], [0.2, 0.6]]),
    np.array([0.1, -0.2, 0.0]),
    np.array([[0.7, -0.9, 0.5]]),
    np.array([0.1]),
)

forward_exercise = Exercise(
    id="04.2",
    title="A whole forward pass",
    points=3,
    minutes=10,
    difficulty="medium",
    name="forward",
    reference=forward,
    alternatives=(forward_neuron_by_neuron, forward_in_columns),
    fixed=(
        (np.array([[0.5, 0.8], [0.0, 0.0], [1.0, -1.0], [2.0, 3.0]]), *LESSON_NETWORK),
        (np.array([[0.5, 0.8]]), *LESSON_NETWORK),
        (
            np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 2.0]]),
            np.array([[1.0, 2.0], [-3.0, 0.5]]),
            np.array([0.5, -0.5]),
            np.array([[1.0, -1.0], [0.5, 2.0]]),
            np.array([-1.0, 0.3]),
        ),
        (
            np.array([[1.0, -2.0, 0.5], [0.0, 1.0, 1.0]]),
            np.array([[0.5, -1.0, 1.0], [1.0, 1.0, -1.0]]),
            np.array([-1.0, 0.7]),
            np.array([[1.0, -0.5], [-1.0, 1.5], [0.2, 0.4], [0.0, 1.0]]),
            np.array([0.1, -0.2, 0.3, 0.0]),
        ),
    ),
    random=some_network,
    hints=(
        "Two layers, two lines: the second one takes what the first one made.",
        "For many examples a layer is $X W^{\\mathsf T} + b$. Say the shapes aloud: (N, inputs) "
        "times (inputs, neurons) gives (N, neurons).",
        "`a1 = np.maximum(X @ W1.T + b1, 0)` is the hidden layer. The output layer looks the same, "
        "with `a1` where X was, and the sigmoid where ReLU was.",
    ),
)


@forward_exercise.mistake
def transpose_forgotten(X, W1, b1, W2, b2):
    """`X @ W1` lets the rows of X meet the columns of W1, and a neuron is a row of W1. With
    most sizes NumPy refuses; with square layers it computes something wrong. Take the
    transpose, `W1.T`, and `W2.T` too.
    """
    return sigmoid(relu(X @ W1 + b1) @ W2 + b2)


@forward_exercise.mistake
def no_activation_in_the_hidden_layer(X, W1, b1, W2, b2):
    """Without ReLU the two layers are one linear map, as in lesson 02. The output layer should
    get max(0, z1).
    """
    return sigmoid((X @ W1.T + b1) @ W2.T + b2)


@forward_exercise.mistake
def no_activation_at_the_output(X, W1, b1, W2, b2):
    """What comes back is z2. The output of this network is its sigmoid, between 0 and 1."""
    return relu(X @ W1.T + b1) @ W2.T + b2


@forward_exercise.mistake("ReLU at the output")
def relu_at_the_output(X, W1, b1, W2, b2):
    """ReLU is for the hidden layer. The output layer has the sigmoid in its place."""
    return relu(relu(X @ W1.T + b1) @ W2.T + b2)


@forward_exercise.mistake
def sigmoid_in_the_hidden_layer(X, W1, b1, W2, b2):
    """Both layers have a sigmoid here. The hidden layer has ReLU: it sends on the sum itself,
    or 0.
    """
    return sigmoid(sigmoid(X @ W1.T + b1) @ W2.T + b2)


@forward_exercise.mistake
def hidden_biases_forgotten(X, W1, b1, W2, b2):
    """`b1` is missing: each hidden neuron adds its bias before ReLU has its say."""
    return sigmoid(relu(X @ W1.T) @ W2.T + b2)


@forward_exercise.mistake
def output_bias_forgotten(X, W1, b1, W2, b2):
    """`b2` is missing: the output neurons have a bias too."""
    return sigmoid(relu(X @ W1.T + b1) @ W2.T)


@forward_exercise.mistake("ReLU before the bias")
def relu_before_the_bias_04_2(X, W1, b1, W2, b2):
    """The bias belongs to the sum: first add it, then apply ReLU. Added after ReLU, it can
    make a hidden neuron send on a negative number.
    """
    return sigmoid((relu(X @ W1.T) + b1) @ W2.T + b2)


@forward_exercise.mistake
def examples_in_columns(X, W1, b1, W2, b2):
    """The numbers are right, and they lie in columns. One row for each example is wanted, as in
    X: shape (N, outputs).
    """
    return forward(X, W1, b1, W2, b2).T


@forward_exercise.mistake("`W1 @ X` in place of `X @ W1.T`")
def weights_before_the_examples(X, W1, b1, W2, b2):
    """`W1 @ X` lets the rows of W1 meet the columns of X, as for a single example. Here the
    examples are the rows of X: `X @ W1.T`.
    """
    return sigmoid(W2 @ relu(W1 @ X + b1) + b2)


@forward_exercise.mistake("the output bias with the wrong sign")
def minus_for_the_products(X, W1, b1, W2, b2):
    """`b2` counts with the wrong sign: it was subtracted, or the minus sign of the sigmoid stands
    before the products alone, as in `-A1 @ W2.T + b2`. That minus belongs to all of z2: put it
    in brackets, or give it a name first.
    """
    return 1 / (1 + np.exp(-relu(X @ W1.T + b1) @ W2.T + b2))


@forward_exercise.mistake("the minus sign of the sigmoid lost")
def sigmoid_with_plus(X, W1, b1, W2, b2):
    """The sigmoid is 1 / (1 + exp(−z)). With exp(z) it falls where it should rise."""
    return 1 / (1 + np.exp(relu(X @ W1.T + b1) @ W2.T + b2))


@forward_exercise.mistake("no activation at all")
def no_activation(X, W1, b1, W2, b2):
    """Two layers without any activation are one linear map. The hidden layer needs its ReLU, and
    the output its sigmoid.
    """
    return (X @ W1.T + b1) @ W2.T + b2


@forward_exercise.mistake
def the_two_activations_swapped(X, W1, b1, W2, b2):
    """The hidden layer has the sigmoid here and the output ReLU: it is the other way round."""
    return relu(sigmoid(X @ W1.T + b1) @ W2.T + b2)


@forward_exercise.mistake
def both_biases_forgotten(X, W1, b1, W2, b2):
    """`b1` and `b2` are missing: every neuron adds its bias before its activation."""
    return sigmoid(relu(X @ W1.T) @ W2.T)


@forward_exercise.mistake("brackets of the sigmoid forgotten")
def sigmoid_without_brackets(X, W1, b1, W2, b2):
    """`1 / 1 + np.exp(-z2)` is 1, plus the power. The whole sum stands below the line, so it
    needs brackets: `1 / (1 + np.exp(-z2))`.
    """
    return 1 / 1 + np.exp(-(relu(X @ W1.T + b1) @ W2.T + b2))


@forward_exercise.mistake("only the first example")
def only_the_first_example(X, W1, b1, W2, b2):
    """Only the first row of X went through the network. Leave X whole: `X @ W1.T` takes all
    rows at once.
    """
    return forward(X[:1], W1, b1, W2, b2)[0]


# 04.3 ------------------------------------------------------------- find the bug


def run_layers(X, layers):
    a = X
    for W, b in layers[:-1]:
        a = np.maximum(a @ W.T + b, 0)
    # the last layer is not a hidden layer: its sum comes back as it is
    W, b = layers[-1]
    return a @ W.T + b


def run_layers_counting(X, layers):
    for number, (W, b) in enumerate(layers, start=1):
        X = X @ W.T + b
        if number < len(layers):
            X = X * (X > 0)
    return X


def run_layers_from_the_back(X, layers):
    """The last layer of what all the others make."""
    *before, (W, b) = layers
    return (relu(run_layers_from_the_back(X, before)) if before else X) @ W.T + b


def relu_everywhere(X, layers):
    """The buggy function of the notebook."""
    a = X
    for W, b in layers:
        a = np.maximum(a @ W.T + b, 0)
    return a


DIFFERENCE = [
    (np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([0.0, 0.0])),
    (np.array([[1.0, -1.0]]), np.array([0.0])),
]


def some_layers(rng):
    sizes = rng.integers(1, 5, size=rng.integers(2, 6))
    layers = [
        (rng.normal(0, 1, (outputs, inputs)).round(2), rng.normal(0, 1, outputs).round(2))
        for inputs, outputs in pairwise(sizes)
    ]
    return rng.normal(0, 1, (rng.integers(1, 4), sizes[0])).round(2), layers


run_layers_exercise = Exercise(
    id="04.3",
    title="The network that is never negative",
    points=3,
    minutes=10,
    difficulty="medium",
    name="run_layers",
    reference=run_layers,
    shown=True,
    alternatives=(run_layers_counting, run_layers_from_the_back),
    fixed=(
        (np.array([[3.0, 1.0], [1.0, 3.0]]), DIFFERENCE),
        (np.array([[1.0, 2.0]]), [(np.array([[1.0, -1.0], [2.0, 0.5]]), np.array([0.5, -4.0]))]),
        (
            np.array([[1.0, 2.0], [-1.0, 0.5], [-2.0, -3.0]]),
            [
                (np.array([[1.0, 2.0], [-1.0, 1.0]]), np.array([0.5, -1.0])),
                (np.array([[1.0, -2.0], [0.5, 0.5]]), np.array([-1.0, 0.5])),
                (np.array([[2.0, 1.0], [-1.0, 3.0]]), np.array([-5.0, 1.0])),
            ],
        ),
    ),
    random=some_layers,
    hints=(
        "Follow the input (1, 3) through the two layers on paper. After which step does the −2 "
        "become a 0?",
        "ReLU belongs to the hidden layers. The last layer is not a hidden layer, so its "
        "sum has to "
        "come back as it is.",
        "`layers[:-1]` is the list without its last entry: loop over that, with ReLU. Then take "
        "`W, b = layers[-1]`, without.",
    ),
)


@run_layers_exercise.mistake("ReLU after the last layer too")
def relu_after_the_last_layer(X, layers):
    """ReLU still comes after every layer, also after the last one. There it turns each negative
    answer into 0.
    """
    return relu_everywhere(X, layers)


@run_layers_exercise.mistake("ReLU thrown out altogether")
def no_relu(X, layers):
    """Now negative numbers come through everywhere, also between the layers, and the whole
    network is one linear map. The hidden layers need their ReLU.
    """
    for W, b in layers:
        X = X @ W.T + b
    return X


@run_layers_exercise.mistake
def the_last_layer_left_out(X, layers):
    """The result is that of the last hidden layer. The output layer is still to come: its
    product and its bias, only without ReLU.
    """
    return relu_everywhere(X, layers[:-1])


@run_layers_exercise.mistake("ReLU on the inputs")
def relu_before_each_layer(X, layers):
    """ReLU now comes before each layer. That fixes the end and breaks the beginning:
    negative inputs are now cut off before any neuron has seen them.
    """
    a = X
    for W, b in layers:
        a = relu(a) @ W.T + b
    return a


@run_layers_exercise.mistake("ReLU before the bias")
def relu_before_the_bias(X, layers):
    """The bias belongs to the sum: first the product, then the bias, then ReLU."""
    a = X
    for W, b in layers[:-1]:
        a = relu(a @ W.T) + b
    return a @ layers[-1][0].T + layers[-1][1]


@run_layers_exercise.mistake
def every_layer_gets_the_input(X, layers):
    """The layers are not chained: each one gets X, and what the one before made
    is lost. Each layer takes the result of the layer before.
    """
    for W, b in layers[:-1]:
        relu(X @ W.T + b)
    return X @ layers[-1][0].T + layers[-1][1]


@run_layers_exercise.mistake
def sigmoid_at_the_end(X, layers):
    """The answers are squeezed between 0 and 1. Here the last layer has no activation at all,
    so that any number can come out.
    """
    return sigmoid(run_layers(X, layers))


@run_layers_exercise.mistake
def last_bias_forgotten(X, layers):
    """All is right but the very last step: the output layer adds its bias too."""
    return run_layers(X, layers) - layers[-1][1]


# 04.4 ------------------------------------------------------------- numbers, judged by what they do

GATES = ((0, 0), (0, 1), (1, 0), (1, 1))
AND, OR, XOR = (0, 0, 0, 1), (0, 1, 1, 1), (0, 1, 1, 0)


def says(neuron, inputs, at_zero=0):
    """The answer of a neuron [w1, w2, b] with a step: 1 if z > 0; at_zero where z is 0."""
    w1, w2, b = (round(float(number), 9) for number in neuron)
    z = round(w1 * inputs[0] + w2 * inputs[1] + b, 9)
    return at_zero if z == 0 else int(z > 0)


def answers(network, at_zero=0):
    """What OR, AND and the output neuron of the network say to the four inputs."""
    first, second, output = network
    h1 = tuple(says(first, x, at_zero) for x in GATES)
    h2 = tuple(says(second, x, at_zero) for x in GATES)
    return h1, h2, tuple(says(output, h, at_zero) for h in zip(h1, h2, strict=True))


def judge_network(arguments, network):
    if len(network) != 3 or any(len(neuron) != 3 for neuron in network):
        return "Three lists of three numbers are wanted: [w1, w2, b] for each neuron."
    found = answers(network)
    for name, mine, wanted in zip(
        ("The first neuron, OR,", "The second neuron, AND,", "The whole network"),
        found,
        (OR, AND, XOR),
        strict=True,
    ):
        for inputs, answer, right in zip(GATES, mine, wanted, strict=True):
            if answer != right:
                return f"{name} answers {inputs} with {answer}, and it should be {right}."
    return None


def network_that(first, second, output):
    """Recognises a network by what its three neurons say; None for whatever it may be."""

    def seen(arguments, network):
        return all(
            wanted in (None, mine)
            for wanted, mine in zip((first, second, output), answers(network), strict=True)
        )

    return seen


xor_network = Exercise(
    id="04.4",
    title="XOR out of AND and OR",
    points=3,
    minutes=12,
    difficulty="medium",
    name="xor_network",
    reference=lambda: [[1, 1, -0.5], [1, 1, -1.5], [1, -1, -0.5]],
    alternatives=(
        lambda: [[2, 2, -1], [2, 2, -3], [2, -3, -1]],
        lambda: np.array([[0.3, 0.4, -0.2], [0.3, 0.4, -0.6], [5.0, -7.0, -1.0]]),
    ),
    judge=judge_network,
    hints=(
        "Take the neurons one by one. For OR, a single 1 has to outvote the bias. For AND, two of "
        "them together have to, and one alone must not.",
        "With weights of 1, OR has a bias between −1 and 0, and AND one between −2 and −1. Then "
        "write down what $h_1$ and $h_2$ are for each of the four inputs.",
        "The output neuron sees (0, 0), (1, 0), (1, 0) and (1, 1), and is to say 0, 1, 1, 0. So "
        "$h_1$ speaks for a yes, and $h_2$ speaks against it, at least as loudly.",
    ),
)


def turned(network, change):
    """The network with every neuron changed, judged: None when it is right then."""
    return judge_network((), [change(list(neuron)) for neuron in network])


@xor_network.mistake(
    seen=lambda arguments, network: turned(network, lambda n: [n[1], n[2], n[0]]) is None
)
def bias_first():
    """The numbers are right, and their order is not: in each list the two weights come first, the
    bias last.
    """
    return [[-0.5, 1, 1], [-1.5, 1, 1], [-0.5, 1, -1]]


@xor_network.mistake(
    seen=lambda arguments, network: turned(network, lambda n: [n[0], n[1], -n[2]]) is None
)
def threshold_with_its_own_sign():
    """With the sign of every third number turned, your network is right. The bias is added to
    the sum, so what has to be overcome, the threshold, stands there with a minus.
    """
    return [[1, 1, 0.5], [1, 1, 1.5], [1, -1, 0.5]]


@xor_network.mistake(
    seen=lambda arguments, network: answers(network) == (OR, AND, OR) and network[2][1] < 0
)
def the_second_speaks_too_softly():
    """Both hidden neurons are right, and the second one speaks against, but not loudly enough:
    at (1, 1) the first one still outvotes it. Make its weight more negative.
    """
    return [[1, 1, -0.5], [1, 1, -1.5], [1, -0.3, -0.5]]


@xor_network.mistake(
    seen=lambda arguments, network: (
        answers(network) != (OR, AND, XOR) == answers(network, at_zero=1)
    )
)
def a_sum_of_0_counted_as_a_yes():
    """With “at least 0” in place of “above 0” your network would be right. But where z is
    exactly 0 a step neuron says 0. Put each bias between two values of the sum, and not on
    one.
    """
    return [[1, 1, -1], [1, 1, -2], [1, -1, -1]]


@xor_network.mistake(seen=network_that(AND, OR, None))
def the_hidden_neurons_swapped():
    """The first neuron does AND and the second one OR. It can be done that way too, but the
    order here is OR, AND, output.
    """
    return [[1, 1, -1.5], [1, 1, -0.5], [-1, 1, -0.5]]


@xor_network.mistake(seen=network_that(OR, AND, OR))
def nobody_speaks_against():
    """Both hidden neurons are right, and the whole is an OR: at (1, 1) the output still says 1.
    There both hidden neurons say 1, and the second one has to speak against: give it a
    weight below zero.
    """
    return [[1, 1, -0.5], [1, 1, -1.5], [1, 1, -0.5]]


@xor_network.mistake(seen=network_that(OR, AND, AND))
def the_output_asks_for_both():
    """Both hidden neurons are right, and the whole is an AND: the output waits until both of
    them say 1. It should say 1 where OR does and AND does not.
    """
    return [[1, 1, -0.5], [1, 1, -1.5], [1, 1, -1.5]]


@xor_network.mistake("two times OR", seen=network_that(OR, OR, None))
def two_times_or():
    """Both hidden neurons do OR, so they never differ, and the output has nothing to go by. AND
    needs a more negative bias: one vote must not be enough.
    """
    return [[1, 1, -0.5], [1, 1, -0.5], [1, -1, -0.5]]


@xor_network.mistake("two times AND", seen=network_that(AND, AND, None))
def two_times_and():
    """Both hidden neurons do AND, so they never differ, and the output has nothing to go by. OR
    needs a less negative bias: one vote is to be enough.
    """
    return [[1, 1, -1.5], [1, 1, -1.5], [1, -1, -0.5]]


@xor_network.mistake("another way to XOR", seen=network_that(OR, (1, 1, 1, 0), XOR))
def another_way_to_xor():
    """Your network does XOR, and by a way of its own: the second neuron is not AND, but
    something like “not both”. Well found! Here the second one is to be AND itself, and the
    output has to make XOR of that.
    """
    return [[1, 1, -0.5], [-1, -1, 1.5], [1, 1, -1.5]]


EXERCISES = (count_parameters, forward_exercise, run_layers_exercise, xor_network)
