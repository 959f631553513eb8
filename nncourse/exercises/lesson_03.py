"""Exercises for lesson 03: the perceptron rule by hand and from scratch, and sixteen gates."""

import numpy as np

from nncourse.judging.exercise import Exercise

TITLE = "The perceptron"

ROWS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND, OR, NAND, XOR = (
    np.array(targets) for targets in ([0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0], [0, 1, 1, 0])
)
THREE = np.array([[a, b, c] for a in (0.0, 1.0) for b in (0.0, 1.0) for c in (0.0, 1.0)])
MAJORITY = np.array([0, 0, 0, 1, 0, 1, 1, 1])


# 03.1 ------------------------------------------------------------- predict numbers

nand_by_hand = Exercise(
    id="03.1",
    title="One epoch of NAND on paper",
    points=1,
    minutes=5,
    difficulty="easy",
    name="after_one_epoch",
    reference=lambda: [-1, -1, 0],
    hints=(
        "Make a table with a line for each of the four inputs: z, output, target, error, and then "
        "the new weights and bias. Always go on with the newest ones.",
        "The first input is (0, 0): z is 0, the output 0, the target 1. The weights cannot change, "
        "because both inputs are 0. What about the bias?",
        "With the bias at 1, the second and the third input are right. The fourth, (1, 1), has "
        "z = 1 and so the output 1, but its target is 0.",
    ),
)


@nand_by_hand.mistake
def bias_never_corrected():
    """The bias is corrected too, by the error itself. It works like the weight of an input that
    is always 1, so it changes also at (0, 0).
    """
    return [0, 0, 0]


@nand_by_hand.mistake
def error_the_wrong_way_round():
    """The error is target minus output. Your numbers come from output minus target: every
    correction made the mistake worse.
    """
    return [-1, -1, -3]


@nand_by_hand.mistake
def a_sum_of_0_counted_as_a_yes():
    """A perceptron says 1 only if z is above 0. At the very first input z is exactly 0, so the
    output is 0, and 1 was wanted.
    """
    return [-1, -1, -1]


@nand_by_hand.mistake
def all_four_inputs_judged_by_the_initial_weights():
    """Here all four outputs come from the weights at the start. A perceptron corrects at once,
    and the next input already meets the new numbers.
    """
    return [1, 1, 3]


@nand_by_hand.mistake
def the_bias_first():
    """All three numbers are right, and their order is not: first the two weights, then the
    bias.
    """
    return [0, -1, -1]


@nand_by_hand.mistake
def stopped_after_the_first_correction():
    """That is right after three inputs. One epoch is all four of them: look at (1, 1) too."""
    return [0, 0, 1]


@nand_by_hand.mistake("AND in place of NAND")
def and_in_place_of_nand():
    """That is one epoch of AND. NAND is “not both”: its targets are 1, 1, 1, 0."""
    return [1, 1, 1]


@nand_by_hand.mistake
def last_bias_not_corrected():
    """The weights are right. At (1, 1) the bias is corrected too: 1 is taken away from it."""
    return [-1, -1, 1]


@nand_by_hand.mistake
def the_last_correction_with_the_wrong_sign():
    """The bias is right, the sign of the weights is not: at (1, 1) the inputs are taken away,
    because 1 came and 0 was wanted.
    """
    return [1, 1, 0]


@nand_by_hand.mistake
def two_epochs():
    """That is the state after two epochs. The question is about the state after the first."""
    return [-2, -1, 1]


@nand_by_hand.mistake
def trained_to_the_end():
    """That is what the rule finds when it goes on until nothing is wrong. The question is about
    the state after one epoch.
    """
    return [-2, -1, 3]


# 03.2 ------------------------------------------------------------- write a function


def correct(w, b, inputs, target, lr):
    output = int(w @ inputs + b > 0)
    error = target - output  # 1: z was too small; -1: too large; 0: right
    return w + lr * error * inputs, b + lr * error


def correct_with_cases(w, b, inputs, target, lr):
    says_yes = np.sum(w * inputs) + b > 0
    if says_yes and target == 0:
        return w - lr * inputs, b - lr
    if not says_yes and target == 1:
        return w + lr * inputs, b + lr
    return w, b


def correct_with_bias_as_weight(w, b, inputs, target, lr):
    weights, values = np.append(w, b), np.append(inputs, 1.0)
    weights = weights + lr * (target - np.heaviside(weights @ values, 0)) * values
    return weights[:-1], weights[-1]


def error_of(w, b, inputs, target):
    return target - int(w @ inputs + b > 0)


def some_look(rng):
    n = rng.integers(1, 5)
    return (
        rng.integers(-12, 13, n) / 4,
        float(rng.integers(-12, 13) / 4),
        rng.integers(0, 3, n).astype(float),
        int(rng.integers(0, 2)),
        float(rng.choice([0.1, 0.5, 1.0, 2.0])),
    )


correct_exercise = Exercise(
    id="03.2",
    title="One look, one correction",
    points=2,
    minutes=8,
    difficulty="easy",
    name="correct",
    reference=correct,
    shown=True,
    alternatives=(correct_with_cases, correct_with_bias_as_weight),
    fixed=(
        (np.array([0.0, 0.0]), 0.0, np.array([1.0, 1.0]), 1, 1.0),
        (np.array([1.0, 1.0]), 1.0, np.array([0.0, 1.0]), 0, 1.0),
        (np.array([1.0, 1.0]), 1.0, np.array([0.0, 1.0]), 1, 1.0),
        (np.array([0.5, -2.0]), 0.5, np.array([1.0, 1.0]), 1, 0.1),
        (np.array([2.0, -1.0, 0.5]), -4.0, np.array([3.0, 1.0, -2.0]), 0, 0.5),
        (np.array([1.0, -1.0]), 0.0, np.array([2.0, 2.0]), 0, 0.5),
        (np.array([1.0, 1.0]), -3.0, np.array([1.0, 1.0]), 0, 1.0),
        # sums between 0 and 1 count as a yes: 0.25, 0.5 and 0.75
        (np.array([0.25, 1.0]), 0.0, np.array([1.0, 0.0]), 0, 1.0),
        (np.array([0.5, 1.0]), -1.0, np.array([1.0, 1.0]), 0, 0.5),
        (np.array([0.5, -0.25]), 0.5, np.array([1.0, 1.0]), 0, 1.0),
        (np.array([0.5, -0.5]), 0.25, np.array([1.0, 1.0]), 1, 1.0),
        (np.array([1.0, -1.0]), 0.0, np.array([1.0, 1.0]), 0, 1.0),
    ),
    random=some_look,
    hints=(
        "Three steps: what does the neuron say now, how wrong is that, and what are the new "
        "numbers?",
        "The output is 1 if `w @ inputs + b` is above 0, otherwise 0. The error is target minus "
        "output: 1, 0 or −1.",
        "The rule of the lesson has two halves: lr · error · inputs is added to w, and lr · error "
        "to b. Return both, with a comma between them.",
    ),
)


@correct_exercise.mistake
def bias_not_corrected(w, b, inputs, target, lr):
    """The weights are right and the bias stays as it was. It is corrected too, by lr times the
    error.
    """
    return (correct(w, b, inputs, target, lr)[0], b)


@correct_exercise.mistake("error the wrong way round")
def error_the_wrong_way_round_03_2(w, b, inputs, target, lr):
    """Every correction goes the wrong way. The error is target minus output: if 1 was wanted
    and 0 came, z has to grow.
    """
    return (
        w - lr * error_of(w, b, inputs, target) * inputs,
        b - lr * error_of(w, b, inputs, target),
    )


@correct_exercise.mistake
def learning_rate_left_out(w, b, inputs, target, lr):
    """The direction is right, and the size is always that of lr = 1. Multiply both corrections
    by `lr`.
    """
    return correct(w, b, inputs, target, 1.0)


@correct_exercise.mistake
def learning_rate_only_for_the_weights(w, b, inputs, target, lr):
    """The weights are right. The correction of the bias is multiplied by `lr` as well."""
    return (
        correct(w, b, inputs, target, lr)[0],
        correct(w, b, inputs, target, 1.0)[1],
    )


@correct_exercise.mistake
def inputs_left_out(w, b, inputs, target, lr):
    """All weights get the same correction. Each should get its own: an input of 0 had no part
    in the mistake, so multiply by the inputs.
    """
    return (
        w + lr * error_of(w, b, inputs, target),
        b + lr * error_of(w, b, inputs, target),
    )


@correct_exercise.mistake
def inputs_for_the_bias_too(w, b, inputs, target, lr):
    """The bias has become an array, with one number per input. It has no input of its own
    (or one that is always 1), so leave the inputs out there.
    """
    return (
        w + lr * error_of(w, b, inputs, target) * inputs,
        b + lr * error_of(w, b, inputs, target) * inputs,
    )


@correct_exercise.mistake("a sum of 0 counted as a yes")
def correct_a_zero_sum(w, b, inputs, target, lr):
    """It differs only where z is exactly 0. The output is 1 if z is above 0, so at 0 it is 0:
    `>` and not `>=`.
    """
    error = target - int(w @ inputs + b >= 0)
    return w + lr * error * inputs, b + lr * error


@correct_exercise.mistake("corrected although it was right")
def correct_always(w, b, inputs, target, lr):
    """It moves the weights on every look. A perceptron learns from mistakes only: when the
    answer is right, the error is 0 and nothing changes.
    """
    sign = 1 if target == 1 else -1
    return w + lr * sign * inputs, b + lr * sign


@correct_exercise.mistake("z in place of the output")
def correct_by_z(w, b, inputs, target, lr):
    """The target is compared with z, which can be any number. Compare it with the output, 1 if
    z is above 0 and otherwise 0.
    """
    error = target - (w @ inputs + b)
    return w + lr * error * inputs, b + lr * error


@correct_exercise.mistake("a threshold of 0.5")
def correct_with_half(w, b, inputs, target, lr):
    """A sum of 0.25 is taken for a no. The output is 1 as soon as z is above 0, however little."""
    error = target - int(w @ inputs + b > 0.5)
    return w + lr * error * inputs, b + lr * error


@correct_exercise.mistake("sums below 1 count as a no")
def correct_with_one(w, b, inputs, target, lr):
    """A sum of 0.75 is taken for a no. The output is 1 as soon as z is above 0, however little.
    (`int(z)` cuts 0.75 off to 0: compare first, and then make a whole number of the answer.)
    """
    error = target - int(w @ inputs + b >= 1)
    return w + lr * error * inputs, b + lr * error


@correct_exercise.mistake
def always_added(w, b, inputs, target, lr):
    """After a mistake the inputs are always added. If 1 came and 0 was wanted, they have to be
    taken away: the error has a sign, target minus output.
    """
    error = abs(error_of(w, b, inputs, target))
    return w + lr * error * inputs, b + lr * error


@correct_exercise.mistake
def bias_left_out_of_z(w, b, inputs, target, lr):
    """The output is decided without the bias. z is the sum of the products plus b."""
    error = target - int(w @ inputs > 0)
    return w + lr * error * inputs, b + lr * error


@correct_exercise.mistake
def bias_corrected_once_per_input(w, b, inputs, target, lr):
    """The weights are right. The bias is corrected once for every input, because its line stands
    inside the loop. Once is enough.
    """
    error = error_of(w, b, inputs, target)
    return w + lr * error * inputs, b + lr * error * len(inputs)


@correct_exercise.mistake("outputs of 1 and −1")
def correct_with_signs(w, b, inputs, target, lr):
    """The output here is 1 or −1. A perceptron of this lesson answers 1 or 0, like its targets:
    else even a right 0 counts as a mistake.
    """
    error = target - (1 if w @ inputs + b > 0 else -1)
    return w + lr * error * inputs, b + lr * error


@correct_exercise.mistake
def only_the_weights_returned(w, b, inputs, target, lr):
    """The new weights are right, and the bias is missing: return both, with a comma between
    them.
    """
    return correct(w, b, inputs, target, lr)[0]


@correct_exercise.mistake
def learning_rate_twice(w, b, inputs, target, lr):
    """Both corrections are multiplied by `lr` twice: once in the error, and once more."""
    return correct(w, b, inputs, target, lr * lr)


@correct_exercise.mistake
def the_bias_the_wrong_way(w, b, inputs, target, lr):
    """The weights are right, and the bias moves the wrong way: lr times the error is added to it
    as well.
    """
    return correct(w, b, inputs, target, lr)[0], b - lr * error_of(w, b, inputs, target)


@correct_exercise.mistake
def the_weights_the_wrong_way(w, b, inputs, target, lr):
    """The bias is right, and the weights move the wrong way: lr times the error times the inputs
    is added to them as well.
    """
    return w - lr * error_of(w, b, inputs, target) * inputs, correct(w, b, inputs, target, lr)[1]


@correct_exercise.mistake("the bias first")
def correct_bias_first(w, b, inputs, target, lr):
    """Both are right, and their order is not: first the weights, then the bias."""
    return correct(w, b, inputs, target, lr)[::-1]


@correct_exercise.mistake
def weights_and_bias_in_one_array(w, b, inputs, target, lr):
    """The numbers are right, all in one array. Two things are wanted: `return w, b`."""
    return np.append(*correct(w, b, inputs, target, lr))


@correct_exercise.mistake
def only_the_corrections_returned(w, b, inputs, target, lr):
    """What comes back are the corrections alone. Add them to the old weights and bias."""
    error = error_of(w, b, inputs, target)
    return lr * error * inputs, lr * error


@correct_exercise.mistake
def nothing_returned_when_it_was_right(w, b, inputs, target, lr):
    """After a mistake all is right. When the answer was right there is no `return`, so None comes
    back: then the old weights and bias are wanted.
    """
    if error_of(w, b, inputs, target) == 0:
        return None
    return correct(w, b, inputs, target, lr)


@correct_exercise.mistake
def the_sigmoid_in_place_of_the_step(w, b, inputs, target, lr):
    """The output here is the sigmoid of z, so even a right answer is corrected. A perceptron says
    1 if z is above 0, and otherwise 0.
    """
    error = target - 1 / (1 + np.exp(-(w @ inputs + b)))
    return w + lr * error * inputs, b + lr * error


@correct_exercise.mistake
def corrected_in_one_direction_only(w, b, inputs, target, lr):
    """Where 1 was wanted and 0 came, the correction is right. Where 0 was wanted and 1 came,
    nothing happens: the inputs have to be taken away.
    """
    return correct(w, b, inputs, target, lr) if target == 1 else (w, b)


# 03.3 ------------------------------------------------------------- AND and OR from scratch


def train_gate(x, targets, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        for i in range(len(x)):
            w, b = correct(w, b, x[i], targets[i], 1.0)
    return w, b


def train_gate_with_zip(x, targets, epochs):
    w, b = np.array([0.0] * len(x[0])), 0
    for _ in range(epochs):
        for inputs, target in zip(x, targets, strict=True):
            error = target - int(np.dot(w, inputs) + b > 0)
            w, b = w + error * inputs, b + error
    return w, b


def train_gate_with_one_table(x, targets, epochs):
    """The bias as the weight of an input that is always 1; one long list of looks."""
    rows = np.column_stack([x, np.ones(len(x))])
    w = np.zeros(rows.shape[1])
    for look in range(epochs * len(rows)):
        row = rows[look % len(rows)]
        w += (targets[look % len(rows)] - (w @ row > 0)) * row
    return w[:-1], w[-1]


def some_gate(rng):
    x = (ROWS, THREE)[rng.integers(2)]
    return x, rng.integers(0, 2, len(x)), int(rng.integers(1, 6))


train_gate_exercise = Exercise(
    id="03.3",
    title="AND and OR from scratch",
    points=3,
    minutes=12,
    difficulty="medium",
    name="train_gate",
    reference=train_gate,
    alternatives=(train_gate_with_zip, train_gate_with_one_table),
    builds_on=("03.2",),
    fixed=(
        (ROWS, AND, 1),
        (ROWS, AND, 2),
        (ROWS, OR, 3),
        (ROWS, AND, 8),
        (ROWS, NAND, 20),
        (ROWS, XOR, 3),
        (THREE, MAJORITY, 4),
        (np.array([[0.5], [-0.5], [2.0]]), np.array([1, 0, 0]), 2),
        # one correction is not enough for the second row
        (np.array([[3.0], [1.0]]), np.array([1, 0]), 2),
        (np.array([[2.0, 2.0], [1.0, 0.0]]), np.array([1, 0]), 3),
    ),
    random=some_gate,
    hints=(
        "Two loops, one inside the other. What does the outer one count, and what does the inner "
        "one go through?",
        "Before the loops, make the start: `np.zeros(x.shape[1])` for the weights, one for each "
        "column of x, and 0 for the bias. It must not be made again inside.",
        "The inner line is `w, b = correct(w, b, inputs, target, 1.0)`. The `return` comes after "
        "both loops, as far to the left as the outer `for`.",
    ),
)


@train_gate_exercise.mistake
def only_one_epoch_counts(x, targets, epochs):
    """However many epochs are asked for, the result is that of one. Is there a loop over the
    epochs? If there is, either the `return` stands inside it, or the weights are set back to 0
    in each epoch.
    """
    return train_gate(x, targets, 1)


@train_gate_exercise.mistake
def only_the_first_example_is_looked_at(x, targets, epochs):
    """The `return` stands inside the inner loop, so the function ends after the very first
    correction. Move it after both loops.
    """
    return correct(np.zeros(x.shape[1]), 0.0, x[0], targets[0], 1.0)


@train_gate_exercise.mistake
def one_epoch_too_few(x, targets, epochs):
    """It stops one epoch early: `range(1, epochs)` counts to `epochs - 1`. `range(epochs)` has
    the right number of rounds.
    """
    return train_gate(x, targets, epochs - 1)


@train_gate_exercise.mistake
def the_last_example_left_out(x, targets, epochs):
    """The last row is never looked at, and for AND it is the only one with target 1.
    `range(len(x))` already ends in time, without − 1.
    """
    return train_gate(x[:-1], targets, epochs)


@train_gate_exercise.mistake("all corrections at once")
def train_all_at_once(x, targets, epochs):
    """Here all examples of an epoch are judged by the same weights, and then all corrections
    are added. It is a rule of its own (you will meet it in lesson 06), but the perceptron
    corrects after each look.
    """
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        errors = targets - (x @ w + b > 0)
        w, b = w + errors @ x, b + errors.sum()
    return w, b


@train_gate_exercise.mistake("bias never kept")
def train_without_bias(x, targets, epochs):
    """The weights change, and the bias always stays 0. `correct` returns both: take both of
    them, and hand both on to the next look.
    """
    w = np.zeros(x.shape[1])
    for _ in range(epochs):
        for i in range(len(x)):
            w, _ = correct(w, 0.0, x[i], targets[i], 1.0)
    return w, 0.0


@train_gate_exercise.mistake("stopped at the first right answer")
def train_until_one_is_right(x, targets, epochs):
    """It leaves the epoch as soon as one example is right. A right answer changes nothing, but
    the examples after it still have to be looked at.
    """
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        for i in range(len(x)):
            if error_of(w, b, x[i], targets[i]) == 0:
                break
            w, b = correct(w, b, x[i], targets[i], 1.0)
    return w, b


@train_gate_exercise.mistake
def the_two_loops_swapped(x, targets, epochs):
    """Each example is looked at for all its epochs before the next one comes: the two loops are
    swapped. The outer one counts epochs, the inner one goes through the examples.
    """
    w, b = np.zeros(x.shape[1]), 0.0
    for i in range(len(x)):
        for _ in range(epochs):
            w, b = correct(w, b, x[i], targets[i], 1.0)
    return w, b


@train_gate_exercise.mistake
def the_corrections_thrown_away(x, targets, epochs):
    """Weights and bias are still those of the start. `correct` changes nothing by itself: it
    returns the new ones, so write `w, b = correct(w, b, ...)`.
    """
    return np.zeros(x.shape[1]), 0.0


def train_with(error_of_look, first=0, last=None, rounds=0):
    def train(x, targets, epochs):
        w, b = np.zeros(x.shape[1]), 0.0
        for _ in range(epochs + rounds):
            for inputs, target in zip(x[first:last], targets[first:last], strict=True):
                error = error_of_look(w, b, inputs, target)
                w, b = w + error * inputs, b + error
        return w, b

    return train


@train_gate_exercise.mistake("a sum of 0 counted as a yes")
def train_a_zero_sum(x, targets, epochs):
    """The output is 1 if z is above 0, so at exactly 0 it is 0: `>` and not `>=`."""
    return train_with(lambda w, b, a, t: t - int(w @ a + b >= 0))(x, targets, epochs)


@train_gate_exercise.mistake("error the wrong way round")
def train_backwards(x, targets, epochs):
    """Every correction goes the wrong way. The error is target minus output: if 1 was wanted and
    0 came, z has to grow.
    """
    return train_with(lambda *look: -error_of(*look))(x, targets, epochs)


@train_gate_exercise.mistake("bias left out of z")
def train_without_bias_in_z(x, targets, epochs):
    """The outputs are decided without the bias. z is the sum of the products plus b."""
    return train_with(lambda w, b, a, t: t - int(w @ a > 0))(x, targets, epochs)


@train_gate_exercise.mistake
def the_first_example_left_out(x, targets, epochs):
    """The first row is never looked at: Python counts from 0, and a `range` that begins at 1
    leaves it out.
    """
    return train_with(error_of, first=1)(x, targets, epochs)


@train_gate_exercise.mistake
def only_four_examples(x, targets, epochs):
    """Only the first four rows are looked at. A gate with three inputs has eight: `range(len(x))`
    goes through all there are.
    """
    if len(x) < 4:
        raise IndexError("index 2 is out of bounds for axis 0 with size 2")
    return train_with(error_of, last=4)(x, targets, epochs)


@train_gate_exercise.mistake
def one_epoch_too_many(x, targets, epochs):
    """It goes through the examples once more than asked. `range(epochs)` has the right number of
    rounds, without + 1.
    """
    return train_with(error_of, rounds=1)(x, targets, epochs)


@train_gate_exercise.mistake("a smaller learning rate")
def train_slowly(x, targets, epochs):
    """Every number is a tenth of what it should be: the learning rate is 1 here."""
    return train_with(lambda *look: 0.1 * error_of(*look))(x, targets, epochs)


# 03.4 ------------------------------------------------------------- measure, and answer

SAME_FOR_ALL = {(0, 0, 0, 0), (1, 1, 1, 1)}
ONE_INPUT = {(0, 0, 1, 1), (0, 1, 0, 1), (1, 1, 0, 0), (1, 0, 1, 0)}
SYMMETRIC = {(0, 0, 0, 1), (0, 1, 1, 1), (1, 1, 1, 0), (1, 0, 0, 0)}
ONE_AND_NOT_THE_OTHER = {(0, 1, 0, 0), (0, 0, 1, 0), (1, 0, 1, 1), (1, 1, 0, 1)}
IMPOSSIBLE = {(0, 1, 1, 0), (1, 0, 0, 1)}


def rows_of(not_learned):
    return [tuple(whole(target) for target in row) for row in not_learned]


def whole(number):
    """1 for 1.0 or True; 0.5 stays as it is."""
    return int(number) if number == int(number) else number


def judge_not_learned(arguments, not_learned):
    if any(not isinstance(row, list | tuple | np.ndarray) for row in not_learned):
        return "A list of lists is wanted, as in [[0, 0, 0, 1], [0, 1, 1, 1]]."
    rows = rows_of(not_learned)
    for row in rows:
        if len(row) != 4 or not set(row) <= {0, 1}:
            return f"Each gate is a list of four targets, 0 or 1; {list(row)} is not."
        if row not in IMPOSSIBLE:
            w, b = train_gate(ROWS, row, 50)
            return (
                f"{list(row)} is learned: w = ({w[0]:g}, {w[1]:g}) and b = {b:g} get all four "
                "rows right."
            )
    missing = len(IMPOSSIBLE - set(rows))
    if missing:
        return f"{2 - missing} of the 2 gates found."
    return None


def has_any(gates):
    return lambda arguments, not_learned: bool(gates & set(rows_of(not_learned)))


sixteen_gates = Exercise(
    id="03.4",
    title="Sixteen gates",
    points=2,
    minutes=10,
    difficulty="medium",
    name="not_learned",
    reference=lambda: [[0, 1, 1, 0], [1, 0, 0, 1]],
    alternatives=(lambda: [(1, 0, 0, 1), (0, 1, 1, 0)],),
    judge=judge_not_learned,
    hints=(
        "Each of the four targets is 0 or 1. Four loops inside each other, or one loop over "
        "`range(16)`, give all the columns.",
        "Train on each of them for 50 epochs, then compare the four answers with the four "
        "targets: `((x @ w + b > 0) == targets).all()`.",
        "One of the two you know: the lamp on the stairs. For the other one, change the lamp in "
        "your mind so that it is on when the two switches are in the same position.",
    ),
)


@sixteen_gates.mistake(
    "only XOR", seen=lambda arguments, not_learned: set(rows_of(not_learned)) == {(0, 1, 1, 0)}
)
def only_xor():
    """XOR is one of them. If no line can keep two points apart from the other two, does it
    matter which pair is called 1?
    """
    return [[0, 1, 1, 0]]


@sixteen_gates.mistake(seen=has_any(SAME_FOR_ALL))
def always_the_same_answer():
    """A gate that always gives the same answer needs no line between the points. A bias far
    enough below or above 0 is all it takes.
    """
    return [[0, 0, 0, 0], [1, 1, 1, 1]]


@sixteen_gates.mistake(seen=has_any(ONE_INPUT))
def one_input_is_enough():
    """One of your gates depends on one input only. A weight of 0 switches the other input off,
    and the line stands upright or lies flat.
    """
    return [[0, 0, 1, 1], [0, 1, 0, 1]]


@sixteen_gates.mistake(seen=has_any(SYMMETRIC))
def a_gate_that_one_line_does():
    """One of your gates has a single corner that differs from the other three. A line can cut
    off any corner.
    """
    return [[1, 1, 1, 0], [1, 0, 0, 0]]


@sixteen_gates.mistake(seen=has_any(ONE_AND_NOT_THE_OTHER))
def stopped_too_early():
    """One of your gates (“this one and not that one”, or its opposite) is learned too, but
    takes some epochs. Give all gates 50 of them before you judge.
    """
    return [[0, 1, 0, 0], [0, 0, 1, 0]]


# 03.5 ------------------------------------------------------------- find the bug


def epochs_needed(x, targets, most):
    w, b = np.zeros(x.shape[1]), 0.0
    for epoch in range(1, most + 1):
        mistakes = 0
        for i in range(len(x)):
            error = targets[i] - int(w @ x[i] + b > 0)
            w, b = w + error * x[i], b + error
            mistakes += abs(error)
        if mistakes == 0:
            return epoch
    return None


def epochs_needed_by_squares(x, targets, most):
    w, b = np.zeros(x.shape[1]), 0.0
    for epoch in range(most):
        errors = []
        for inputs, target in zip(x, targets, strict=True):
            errors.append(target - int(w @ inputs + b > 0))
            w, b = w + errors[-1] * inputs, b + errors[-1]
        if sum(error * error for error in errors) == 0:
            return epoch + 1
    return None


def epochs_needed_by_comparing(x, targets, most):
    """Nothing to correct in an epoch: the weights after it are those before it."""
    for epoch in range(1, most + 1):
        before, after = (train_gate(x, targets, count) for count in (epoch - 1, epoch))
        right = (x @ after[0] + after[1] > 0) == targets
        if right.all() and np.array_equal(before[0], after[0]) and before[1] == after[1]:
            return epoch
    return None


def count_epochs(count, start=None):
    """epochs_needed with another way to count: count(mistakes so far, error)."""

    def answer(x, targets, most):
        w, b = np.zeros(x.shape[1]), 0.0
        mistakes = 0
        for epoch in range(1, most + 1):
            mistakes = 0 if start is None else mistakes
            for i in range(len(x)):
                error = targets[i] - int(w @ x[i] + b > 0)
                w, b = w + error * x[i], b + error
                mistakes = count(mistakes, error)
            if mistakes == 0:
                return epoch
        return None

    return answer


epochs_needed_exercise = Exercise(
    id="03.5",
    title="The program that learned XOR",
    points=3,
    minutes=10,
    difficulty="medium",
    name="epochs_needed",
    reference=epochs_needed,
    alternatives=(epochs_needed_by_squares, epochs_needed_by_comparing),
    fixed=(
        (ROWS, AND, 20),
        (ROWS, XOR, 20),
        (ROWS, OR, 20),
        (ROWS, NAND, 20),
        (ROWS, np.array([0, 0, 0, 0]), 20),
        (ROWS, np.array([1, 1, 1, 1]), 20),
        (ROWS, AND, 6),
        (ROWS, AND, 5),
        (ROWS, np.array([1, 0, 0, 1]), 20),
        (THREE, MAJORITY, 30),
        (np.array([[0.5], [-0.5], [2.0]]), np.array([1, 0, 1]), 5),
    ),
    random=lambda rng: (ROWS, rng.integers(0, 2, 4), int(rng.integers(2, 15))),
    hints=(
        "An error can be 1, and it can be −1. Print `error` during one epoch of XOR.",
        "In the first epoch of XOR one error is 1 and one is −1. What is their sum, and what "
        "should have been counted?",
        "A mistake is a mistake in either direction: count the size of the error, `abs(error)`.",
    ),
    equivalent_mutants={
        "line 8: mistakes += abs(error) -> mistakes -= abs(error)": (
            "the count is only compared with 0"
        ),
    },
)


@epochs_needed_exercise.mistake
def errors_cancel_out(*arguments):
    """An error of 1 and an error of −1 still cancel out, so an epoch full of mistakes can look
    like an epoch without any. Count the size of each error, before anything is added.
    """
    return count_epochs(lambda mistakes, error: mistakes + error)(*arguments)


@epochs_needed_exercise.mistake
def only_a_first_epoch_without_a_mistake_is_found(*arguments):
    """After a first epoch with mistakes, none ever counts as free of them. Several things do that:
    a counter that is not set to 0 at the start of each epoch, weights that are, weights that are
    never corrected, or a `return None` inside the loop over the epochs.
    """
    return count_epochs(lambda mistakes, error: mistakes + abs(error), start=0)(*arguments)


@epochs_needed_exercise.mistake
def only_the_last_example_decides(*arguments):
    """The counter holds the last error only: `=` where `+=` is needed. An epoch is free of
    mistakes when all its examples are right.
    """
    return count_epochs(lambda mistakes, error: abs(error))(*arguments)


@epochs_needed_exercise.mistake
def only_one_kind_of_mistake_counted(*arguments):
    """Errors of 1 are counted, and errors of −1 are not. Saying yes too often is a mistake as
    well.
    """
    return count_epochs(lambda mistakes, error: mistakes + max(error, 0))(*arguments)


@epochs_needed_exercise.mistake("a number where nothing was found")
def or_else(x, targets, most):
    """Where no epoch was free of mistakes, your function gives the number of epochs that it
    tried. Then nobody can tell “learned at the last moment” from “never”: return `None`.
    """
    found = epochs_needed(x, targets, most)
    return most if found is None else found


def none_is_a_number(arguments, result):
    right = epochs_needed(*arguments)
    return result == right if right is not None else type(result) is int


@epochs_needed_exercise.mistake("a number in place of None", seen=none_is_a_number)
def minus_one_if_never(x, targets, most):
    """Where some epoch was free of mistakes, all is right. Where none was, a number comes back:
    `None` is wanted, which nobody can take for an epoch.
    """
    found = epochs_needed(x, targets, most)
    return -1 if found is None else found


@epochs_needed_exercise.mistake("errors of 1 not counted")
def errors_of_minus_one(*arguments):
    """Errors of −1 are counted, and errors of 1 are not. Saying no too often is a mistake as
    well.
    """
    return count_epochs(lambda mistakes, error: mistakes + max(-error, 0))(*arguments)


@epochs_needed_exercise.mistake
def judged_after_the_epoch(x, targets, most):
    """The answers are compared once more after each epoch, and by then they have been corrected.
    Wanted is the first epoch in which nothing had to be corrected: count while you look.
    """
    for epoch in range(1, most + 1):
        w, b = train_gate(x, targets, epoch)
        if np.array_equal(x @ w + b > 0, targets):
            return epoch
    return None


@epochs_needed_exercise.mistake("one too small")
def one_less(x, targets, most):
    """The count is one too small: it is the last epoch with a mistake, or the epochs are
    numbered from 0. The first epoch is number 1.
    """
    found = epochs_needed(x, targets, most)
    return None if found is None else found - 1


@epochs_needed_exercise.mistake
def the_last_epoch_not_run(x, targets, most):
    """`range(1, most)` ends at `most - 1`, so the last epoch that was allowed is missing."""
    return epochs_needed(x, targets, most - 1)


EXERCISES = (
    nand_by_hand,
    correct_exercise,
    train_gate_exercise,
    sixteen_gates,
    epochs_needed_exercise,
)
