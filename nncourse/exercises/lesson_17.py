"""Exercises for lesson 17: the way back through all layers, a whole training loop, the count."""

import itertools

import numpy as np

from nncourse.judging.exercise import Exercise

TITLE = "Milestones"


def softmax(z):
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# 17.1 ------------------------------------------------------------- write a function


def all_gradients(X, targets, layers):
    inputs = [X]
    for W, b in layers[:-1]:
        inputs.append(np.maximum(inputs[-1] @ W.T + b, 0))
    W, b = layers[-1]
    d = softmax(inputs[-1] @ W.T + b)
    d[np.arange(len(X)), targets] -= 1
    d /= len(X)
    gradients = []
    for (W, _), a in zip(reversed(layers), reversed(inputs), strict=True):
        gradients.insert(0, (d.T @ a, d.sum(axis=0)))
        d = (d @ W) * (a > 0)
    return gradients


def all_gradients_by_recursion(X, targets, layers):
    """The gradients of the layers from here on, and what goes further back."""

    def walk(a, rest):
        W, b = rest[0]
        z = a @ W.T + b
        if len(rest) == 1:
            d, later = (softmax(z) - np.eye(z.shape[1])[targets]) / len(z), []
        else:
            d, later = walk(np.maximum(z, 0), rest[1:])
            d = d * (z > 0)
        return d @ W, [(d.T @ a, d.sum(axis=0)), *later]

    return walk(X, list(layers))[1]


def all_gradients_with_nnlib(X, targets, layers):
    from nnlib import nn

    parts = []
    for W, b in layers:
        parts += [nn.Linear(W.shape[1], W.shape[0]), nn.ReLU()]
        parts[-2].weight.data, parts[-2].bias.data = W.copy(), b.copy()
    model, loss_fn = nn.Sequential(*parts[:-1]), nn.CrossEntropyLoss()
    loss_fn(model(X), targets)
    model.backward(loss_fn.backward())
    return [(part.weight.grad, part.bias.grad) for part in parts[::2]]


def gradients_with(
    X, targets, layers, share=True, gate=lambda a, z: a > 0, last_gate=False, minus=True
):
    """all_gradients with some of its parts exchanged, for the mistakes below."""
    inputs, before = [X], [X]
    for W, b in layers[:-1]:
        before.append(inputs[-1] @ W.T + b)
        inputs.append(np.maximum(before[-1], 0))
    W, b = layers[-1]
    z = inputs[-1] @ W.T + b
    d = softmax(z)
    if minus:
        d[np.arange(len(X)), targets] -= 1
    d = d / len(X) if share else d
    d = d * (z > 0) if last_gate else d
    gradients = []
    for (W, _), a, z in zip(reversed(layers), reversed(inputs), reversed(before), strict=True):
        gradients.insert(0, (d.T @ a, d.sum(axis=0)))
        d = (d @ W) * gate(a, z)
    return gradients


def case_of_layers(rng, sizes=None, examples=None):
    sizes = rng.integers(2, 6, size=rng.integers(3, 5)) if sizes is None else sizes
    examples = rng.integers(2, 6) if examples is None else examples
    layers = [
        (rng.normal(0, 1, (b, a)).round(2), rng.normal(0, 0.5, b).round(2))
        for a, b in itertools.pairwise(sizes)
    ]
    X = rng.normal(0, 1, (examples, sizes[0])).round(2)
    return X, rng.integers(0, sizes[-1], examples), layers


ONE_LAYER = (np.array([[1.0, 2.0]]), np.array([0]), [(np.zeros((2, 2)), np.zeros(2))])

gradients_exercise = Exercise(
    id="17.1",
    title="Back through every layer",
    points=4,
    minutes=20,
    difficulty="hard",
    name="all_gradients",
    reference=all_gradients,
    alternatives=(all_gradients_by_recursion, all_gradients_with_nnlib),
    fixed=(
        ONE_LAYER,
        case_of_layers(np.random.default_rng(1), (2, 3, 2), 2),
        case_of_layers(np.random.default_rng(2), (3, 4, 5, 2), 4),
        case_of_layers(np.random.default_rng(3), (3, 4, 2), 1),
    ),
    random=case_of_layers,
    rtol=1e-5,
    hints=(
        "Two walks over the same layers: forwards you keep the input of every layer, backwards you "
        "use it. What does the walk back start with?",
        "It starts with softmax minus one-hot, divided by the number of examples. At each layer, "
        "from the last to the first: dW and db from d and the kept input, then d @ W.",
        "Before d goes into the layer below, it passes the ReLU between the two: multiply it by "
        "`(a > 0)`, with a the kept input of the layer above. After the last layer there is none.",
    ),
    equivalent_mutants={"line 10: True -> False": "both lists have one entry per layer"},
)


@gradients_exercise.mistake
def not_divided_by_the_number_of_examples(X, targets, layers):
    """The blame of all examples is added up. The loss is a mean: divide by the number of rows of
    X, once, where the walk back starts.
    """
    return gradients_with(X, targets, layers, share=False)


@gradients_exercise.mistake
def the_gates_forgotten(X, targets, layers):
    """The last layer is right. On its way to the layers below, the blame passes a ReLU: where that
    gave 0, nothing may get through.
    """
    return gradients_with(X, targets, layers, gate=lambda a, z: 1)


@gradients_exercise.mistake
def a_gate_after_the_last_layer(X, targets, layers):
    """There is no ReLU after the last layer: its outputs go straight into the softmax."""
    return gradients_with(X, targets, layers, last_gate=True)


@gradients_exercise.mistake
def the_targets_forgotten(X, targets, layers):
    """These are the gradients of softmax alone. From the probability of the right class, 1 has to
    be taken away.
    """
    return gradients_with(X, targets, layers, minus=False)


@gradients_exercise.mistake
def last_layer_first(X, targets, layers):
    """All gradients are right, and the list is in the order of the walk back. The exercise asks for
    the order of `layers`: the first layer comes first.
    """
    return all_gradients(X, targets, layers)[::-1]


@gradients_exercise.mistake
def uphill(X, targets, layers):
    """Every gradient has the wrong sign: the blame is the probability minus the target."""
    return [(-dW, -db) for dW, db in all_gradients(X, targets, layers)]


# 17.2 ------------------------------------------------------------- write a function


def train_epoch(X, targets, layers, order, size, lr):
    for first in range(0, len(order), size):
        batch = order[first : first + size]
        gradients = all_gradients(X[batch], targets[batch], layers)
        layers = [
            (W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(layers, gradients, strict=True)
        ]
    return layers


def train_epoch_in_place(X, targets, layers, order, size, lr):
    layers = [[np.array(W, float), np.array(b, float)] for W, b in layers]
    left = list(order)
    while left:
        batch, left = left[:size], left[size:]
        gradients = all_gradients(X[batch], targets[batch], layers)
        for layer, gradient in zip(layers, gradients, strict=True):
            for p, g in zip(layer, gradient, strict=True):
                p -= lr * g
    return [tuple(layer) for layer in layers]


def train_epoch_split(X, targets, layers, order, size, lr):
    cuts = range(size, len(order), size)
    for batch in np.split(np.asarray(order), cuts):
        steps = all_gradients_by_recursion(X[batch], targets[batch], layers)
        layers = [
            (W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(layers, steps, strict=True)
        ]
    return list(layers)


def case_of_epoch(rng, examples=None, size=None):
    examples = rng.integers(5, 9) if examples is None else examples
    size = rng.integers(2, 4) if size is None else size
    X, targets, layers = case_of_layers(rng, (2, 4, 3), examples)
    return X, targets, layers, rng.permutation(examples), int(size), round(rng.uniform(0.1, 1), 2)


epoch_exercise = Exercise(
    id="17.2",
    title="The whole loop",
    points=4,
    minutes=15,
    difficulty="medium",
    name="train_epoch",
    reference=train_epoch,
    shown=True,
    alternatives=(train_epoch_in_place, train_epoch_split),
    fixed=(
        case_of_epoch(np.random.default_rng(4), 4, 2),
        case_of_epoch(np.random.default_rng(5), 5, 2),
        case_of_epoch(np.random.default_rng(6), 7, 3),
        case_of_epoch(np.random.default_rng(7), 3, 5),
    ),
    random=case_of_epoch,
    rtol=1e-5,
    builds_on=("17.1",),
    hints=(
        "One epoch is a loop over the batches: pick the rows, ask for the gradients, take a step "
        "with every parameter. Which rows are the third batch?",
        "`order[first : first + size]` for first = 0, size, 2 · size, ...: a slice that reaches "
        "past the end gives what is left, so the last batch may be smaller.",
        "`gradients = all_gradients(X[batch], targets[batch], layers)`, then new layers: "
        "`(W - lr * dW, b - lr * db)` for each layer and its gradients.",
    ),
    equivalent_mutants={"line 6: True -> False": "both lists have one entry per layer"},
)


@epoch_exercise.mistake
def the_order_is_not_used(X, targets, layers, order, size, lr):
    """The examples come in the order of the table. `order` says which rows make which batch."""
    return train_epoch(X, targets, layers, np.arange(len(X)), size, lr)


@epoch_exercise.mistake
def the_last_batch_is_lost(X, targets, layers, order, size, lr):
    """Whenever the batches do not come out even, the last, smaller one is left out: its examples
    teach nothing.
    """
    return train_epoch(X, targets, layers, order[: len(order) // size * size], size, lr)


@epoch_exercise.mistake
def examples_and_targets_parted(X, targets, layers, order, size, lr):
    """The rows of X follow `order`, the targets do not: an example learns another's answer."""
    return train_epoch(X[order], targets, layers, np.arange(len(X)), size, lr)


@epoch_exercise.mistake
def all_gradients_with_the_initial_weights(X, targets, layers, order, size, lr):
    """Every batch computes its gradients with the layers as they were at the start. Take the step
    before the next batch is looked at.
    """
    new = [(W.copy(), b.copy()) for W, b in layers]
    for first in range(0, len(order), size):
        batch = order[first : first + size]
        steps = all_gradients(X[batch], targets[batch], layers)
        new = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(new, steps, strict=True)]
    return new


@epoch_exercise.mistake
def one_step_with_everything(X, targets, layers, order, size, lr):
    """This is a single step with all examples. An epoch takes one step per batch."""
    return train_epoch(X, targets, layers, order, len(order), lr)


@epoch_exercise.mistake("uphill")
def uphill_17_2(X, targets, layers, order, size, lr):
    """The steps go up the slope: subtract lr times the gradient."""
    return train_epoch(X, targets, layers, order, size, -lr)


@epoch_exercise.mistake
def the_biases_stand_still(X, targets, layers, order, size, lr):
    """The weights learn and the biases do not. Both have gradients, and both take the step."""
    for first in range(0, len(order), size):
        batch = order[first : first + size]
        steps = all_gradients(X[batch], targets[batch], layers)
        layers = [(W - lr * dW, b) for (W, b), (dW, _) in zip(layers, steps, strict=True)]
    return list(layers)


# 17.3 ------------------------------------------------------------- write a function


def share_right(logits, targets):
    return float(np.mean(logits.argmax(axis=1) == targets))


def share_right_counted(logits, targets):
    right = 0
    for row, target in zip(logits, targets, strict=True):
        right += int(list(row).index(max(row)) == target)
    return right / len(targets)


def share_right_of_errors(logits, targets):
    return 1 - np.count_nonzero(np.argmax(logits, axis=1) - targets) / len(targets)


def case_of_answers(rng):
    examples, classes = rng.integers(3, 9), rng.integers(3, 6)
    logits = rng.normal(0, 2, (examples, classes)).round(2)
    wrong = rng.uniform(size=examples) < 0.4
    return logits, np.where(wrong, rng.integers(0, classes, examples), logits.argmax(axis=1))


share_exercise = Exercise(
    id="17.3",
    title="How many are right?",
    points=2,
    minutes=5,
    difficulty="easy",
    name="share_right",
    reference=share_right,
    shown=True,
    alternatives=(share_right_counted, share_right_of_errors),
    fixed=(
        (np.array([[2.0, 1.0, -1.0], [0.0, 0.5, 3.0]]), np.array([0, 1])),
        (np.array([[-5.0, -1.0, -2.0]]), np.array([1])),
        (np.array([[0.1, 0.2], [0.3, 0.1], [0.0, 0.9]]), np.array([1, 0, 1])),
        (np.array([[3.0, 1.0], [2.0, 1.0], [0.0, 4.0]]), np.array([1, 1, 0])),
    ),
    random=case_of_answers,
    hints=(
        "The answer of the network is the class with the largest logit in a row.",
        "`logits.argmax(axis=1)` gives one class per row. Where is it equal to the target?",
        "The mean of an array of True and False is the share of True: `np.mean(a == b)`.",
    ),
)


@share_exercise.mistake
def how_many_and_not_which_share(logits, targets):
    """This counts the right answers. The exercise asks for their share: divide by the number of
    examples.
    """
    return int(np.sum(logits.argmax(axis=1) == targets))


@share_exercise.mistake
def the_share_of_errors(logits, targets):
    """This is the share of wrong answers; the right ones are 1 minus that."""
    return 1 - share_right(logits, targets)


@share_exercise.mistake
def in_percent(logits, targets):
    """The share is asked for as a number from 0 to 1, and this is in percent."""
    return 100 * share_right(logits, targets)


@share_exercise.mistake
def the_smallest_logit(logits, targets):
    """The class with the smallest logit is the one that the network believes in least."""
    return share_right(-logits, targets)


@share_exercise.mistake
def never_averaged(logits, targets):
    """This says for each example whether it is right. Their mean is the share."""
    return logits.argmax(axis=1) == targets


EXERCISES = (gradients_exercise, epoch_exercise, share_exercise)
