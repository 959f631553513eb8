"""Exercises for lesson 05, loss functions."""

import numpy as np

from nncourse.judging.exercise import Exercise
from nnlib.nn.functional import sigmoid

TITLE = "Loss functions"


# 05.1 ------------------------------------------------------------- predict a number


def two_days():
    # what happened was given 0.8 on the first day, and 1 - 0.4 on the second
    return -(np.log(0.8) + np.log(1 - 0.4)) / 2


two_days_exercise = Exercise(
    id="05.1",
    title="Two days of rain",
    points=1,
    minutes=4,
    difficulty="easy",
    name="two_days",
    reference=two_days,
    shown=True,
    rtol=0,
    atol=6e-4,  # three decimals are asked for
    hints=(
        "For each day, first find q: the probability that was given to what really happened.",
        "On the first day q is 0.8. On the second day it stayed dry: which probability did the "
        "forecaster give to a dry day?",
        "The losses of the two days are −log 0.8 and −log 0.6, with the natural logarithm. The "
        "binary cross-entropy is their mean.",
    ),
)


@two_days_exercise.mistake
def p_in_place_of_q():
    """On the second day it did not rain. What counts there is the probability that was given to
    a dry day, 1 − p.
    """
    return -(np.log(0.8) + np.log(0.4)) / 2


@two_days_exercise.mistake
def yes_and_no_exchanged():
    """Here the days are exchanged: when it rains (target 1), p counts, and when it stays dry
    (target 0), 1 − p.
    """
    return -(np.log(0.2) + np.log(0.4)) / 2


@two_days_exercise.mistake
def sum_in_place_of_the_mean():
    """That is the sum of both losses. The binary cross-entropy is their mean, so that more days
    do not mean a larger loss.
    """
    return -(np.log(0.8) + np.log(0.6))


@two_days_exercise.mistake
def minus_sign_lost():
    """The logarithm of a number below 1 is negative, and a loss is not: the minus sign in front
    turns it round.
    """
    return (np.log(0.8) + np.log(0.6)) / 2


@two_days_exercise.mistake
def another_logarithm():
    """That is the logarithm to base 10. `log` in this course, and `np.log`, is the natural
    logarithm, often written “ln” on calculators.
    """
    return -(np.log10(0.8) + np.log10(0.6)) / 2


@two_days_exercise.mistake
def squared_error():
    """That is the mean squared error of the two forecasts. Cross-entropy takes the logarithm of
    a probability.
    """
    return (0.2**2 + 0.4**2) / 2


@two_days_exercise.mistake
def rounded_too_far():
    """To two decimals that is right. Give one more: three are asked for."""
    return 0.37


@two_days_exercise.mistake
def mean_before_the_logarithm():
    """Here the probabilities were averaged first. Each day has a loss of its own, and the mean
    is taken over the losses.
    """
    return -np.log(0.7)


@two_days_exercise.mistake(seen=lambda arguments, result: abs(result - 0.223) < 6e-4)
def the_first_day_alone():
    """That is the loss of the first day. The two days together are the mean of both losses."""
    return -np.log(0.8)


@two_days_exercise.mistake(seen=lambda arguments, result: abs(result - 0.511) < 6e-4)
def the_second_day_alone():
    """That is the loss of the second day. The two days together are the mean of both losses."""
    return -np.log(0.6)


@two_days_exercise.mistake("the logarithm to the base 2")
def logarithm_to_the_base_2():
    """That is the logarithm to base 2, which measures in bits. `log` in this course, and
    `np.log`, is the natural logarithm.
    """
    return -(np.log2(0.8) + np.log2(0.6)) / 2


# 05.2 ------------------------------------------------------------- write a function


def my_bce(z, t):
    # -log(1 - sigmoid(z)) is log(1 + e^z), the log-sum-exp of 0 and z: the loss for target 0.
    # For target 1 it is -log(sigmoid(z)) = log(1 + e^z) - z. No p, so no digit is lost.
    return np.logaddexp(0, z) - z * t


def my_bce_with_the_largest_taken_out(z, t):
    m = np.maximum(z, 0)
    return m + np.log(np.exp(-m) + np.exp(z - m)) - t * z


def my_bce_in_a_loop(z, t):
    losses = []
    for one_z, one_t in zip(z, t, strict=True):
        wrongness = -one_z if one_t == 1 else one_z  # how far the logit is on the wrong side
        losses.append(max(wrongness, 0) + np.log1p(np.exp(-abs(wrongness))))
    return np.array(losses)


def in_parts(arguments, result, most):
    """Right answers and results, for ordinary logits and for those beyond `most`."""
    right, large = my_bce(*arguments), abs(arguments[0]) > most
    result = np.asarray(result, float)
    if result.shape != right.shape:
        raise ValueError("another shape")
    return right[~large], result[~large], right[large], result[large]


def breaks_at_large_logits(arguments, result):
    """Right for ordinary logits; infinite or no number for a large one, at least with target 0."""
    right, found, right_large, found_large = in_parts(arguments, result, 30)
    z, t = arguments
    must = np.asarray(result, float)[(z > 40) & (t == 0)]
    may = np.isclose(found_large, right_large, atol=1e-3) | ~np.isfinite(found_large)
    return np.allclose(found, right) and bool(may.all()) and not np.isfinite(must).any()


def stops_at_large_logits(arguments, result):
    """Right for ordinary logits; a number, but too small a one, when a large one is wrong."""
    right, found, right_large, found_large = in_parts(arguments, result, 30)
    wrong = right_large > 100
    too_small = found_large < 0.5 * right_large
    return (
        np.allclose(found, right)
        and np.all(too_small[wrong] | np.isclose(found_large[wrong], right_large[wrong]))
        and np.all(too_small[right_large > 5000])
        and np.all(abs(found_large[~wrong]) < 1e-3)
    )


def overflows_at_10000(arguments, result):
    """Right for logits up to 200; infinite or no number for a larger one on the wrong side."""
    right, found, right_large, found_large = in_parts(arguments, result, 700)
    may = np.isclose(found_large, right_large) | ~np.isfinite(found_large)
    must = found_large[right_large > 700]
    broken = must.size == 0 or not np.isfinite(must).all()
    return np.allclose(found, right) and bool(may.all()) and broken


my_bce_exercise = Exercise(
    id="05.2",
    title="Cross-entropy that never breaks",
    points=3,
    minutes=12,
    difficulty="hard",
    name="my_bce",
    reference=my_bce,
    shown=True,
    alternatives=(my_bce_with_the_largest_taken_out, my_bce_in_a_loop),
    fixed=(
        (np.array([0.0]), np.array([1.0])),
        (np.array([2.0, -1.0, 0.5]), np.array([1.0, 0.0, 0.0])),
        (np.array([200.0, -200.0]), np.array([0.0, 1.0])),
        (np.array([1e4, -1e4]), np.array([0.0, 1.0])),
        (np.array([1e4, -1e4]), np.array([1.0, 0.0])),
        (np.array([1e4, 0.5, -200.0]), np.array([0.0, 1.0, 1.0])),
    ),
    random=lambda rng: (
        rng.uniform(-5, 5, size=(n := rng.integers(2, 7))).round(2),
        rng.integers(0, 2, size=n).astype(float),
    ),
    hints=(
        "If p appears anywhere, digits are already lost. Write −log p with the formula of the "
        "sigmoid in it, and simplify on paper.",
        "For target 0 the loss is −log(1 − σ(z)) = log(1 + eᶻ), and that is the log-sum-exp of 0 "
        "and z. For target 1 it is the same, minus z.",
        "Both in one: log-sum-exp of 0 and z, minus z t. `np.logaddexp(a, b)` computes "
        "log(eᵃ + eᵇ) without overflow.",
    ),
)


@my_bce_exercise.mistake
def one_maximum_for_all_examples(z, t):
    """One number is taken out of all examples, the largest logit of all. Where a logit is far
    below it, both powers underflow: they become 0, and so does their sum, and the logarithm of 0
    is infinite. Each example needs its own: the larger of 0 and z.
    """
    m = z.max()
    return m + np.log(np.exp(-m) + np.exp(z - m)) - z * t


@my_bce_exercise.mistake(seen=breaks_at_large_logits)
def through_the_probability(z, t):
    """For ordinary logits all is right. But at 200 the sigmoid is exactly 1, and the logarithm
    of 1 − p is infinite. Do not take the detour over p.
    """
    p = 1 / (1 + np.exp(-z))
    return -(t * np.log(p) + (1 - t) * np.log(1 - p))


@my_bce_exercise.mistake("the right formula, and it overflows", seen=overflows_at_10000)
def overflows(z, t):
    """Up to 200 all is right. But $e^{10000}$ is too large for a computer, and what is made of it
    is infinite or no number. log(1 + eᶻ) is the log-sum-exp of 0 and z: in each example, take
    the larger of these two out of the sum.
    """
    return np.log(1 + np.exp(z)) - z * t


@my_bce_exercise.mistake("clipped", seen=stops_at_large_logits)
def with_a_clip(z, t):
    """Clipping, or a tiny number inside the logarithm, avoids the infinity. But now the loss
    stops growing: beyond a certain logit all cost the same, so nothing pulls back. A formula in
    z needs neither.
    """
    p = np.clip(sigmoid(z), 1e-12, 1 - 1e-12)
    return -(t * np.log(p) + (1 - t) * np.log(1 - p))


@my_bce_exercise.mistake("one number for all examples")
def mean_of_the_losses(z, t):
    """That is the mean, as `nn.BCEWithLogitsLoss` gives it. Wanted is one loss for each example, so
    that one can see which of them is to blame.
    """
    return np.mean(np.logaddexp(0, z) - z * t)


@my_bce_exercise.mistake("the sum")
def sum_of_the_losses(z, t):
    """The losses are added up to one number. Wanted is one loss for each example."""
    return np.sum(np.logaddexp(0, z) - z * t)


@my_bce_exercise.mistake
def target_forgotten(z, t):
    """This is right for target 0 only. For target 1 the loss is smaller by z, which is what
    “minus z t” says.
    """
    return np.logaddexp(0, z)


@my_bce_exercise.mistake("yes and no exchanged")
def yes_and_no_exchanged_05_2(z, t):
    """The loss is that of the opposite targets. Check with one example: a large positive logit
    and target 1 should cost almost nothing.
    """
    return np.logaddexp(0, -z) + z * t


@my_bce_exercise.mistake
def plus_z_t(z, t):
    """The sign of z t is turned round. With target 1 and a large positive logit the loss should
    vanish, and here it becomes large.
    """
    return np.logaddexp(0, z) + z * t


@my_bce_exercise.mistake
def logit_taken_for_a_probability(z, t):
    """`z` is a logit, any number from minus to plus infinity. The logarithm is taken of the
    probability, the sigmoid of z, and not of z.
    """
    return -(t * np.log(z) + (1 - t) * np.log(1 - z))


@my_bce_exercise.mistake
def each_divided_by_their_number(z, t):
    """These are the shares of the mean: each loss is divided by the number of examples. Wanted is
    the loss of each example itself.
    """
    return (np.logaddexp(0, z) - z * t) / len(z)


@my_bce_exercise.mistake
def only_right_for_target_1(z, t):
    """This is right for target 1 only. For target 0 the loss is log(1 + eᶻ)."""
    return np.logaddexp(0, -z)


# 05.3 ------------------------------------------------------------- find the bugs


def ce_gradient(logits, targets):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    # each row is a softmax of its own
    p = e / e.sum(axis=1, keepdims=True)
    # one entry in each row: p[:, targets] would take whole columns
    p[np.arange(len(p)), targets] -= 1
    # the loss is a mean over the examples
    return p / len(p)


def ce_gradient_with_one_hot(logits, targets):
    e = np.exp(logits - np.max(logits, axis=1)[:, None])
    one_hot = np.eye(logits.shape[1])[targets]
    return (e / np.sum(e, axis=1)[:, None] - one_hot) / logits.shape[0]


def ce_gradient_row_by_row(logits, targets):
    rows = []
    for z, t in zip(logits, targets, strict=True):
        row = np.exp(z - z.max())
        row = row / row.sum()
        row[t] = row[t] - 1
        rows.append(row / len(targets))
    return np.array(rows)


def with_bugs(whole_table=False, whole_columns=False, no_mean=False):
    def gradient(logits, targets):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        p = e / (e.sum() if whole_table else e.sum(axis=1, keepdims=True))
        if whole_columns:
            p[:, targets] -= 1
        else:
            p[np.arange(len(p)), targets] -= 1
        return p if no_mean else p / len(p)

    return gradient


TABLE = "`e.sum()` adds up the whole table, so all rows together make 1. Each row is a softmax."
COLUMNS = (
    "`p[:, targets]` takes these columns in every row. In each row only the entry of its own "
    "target loses 1."
)
MEAN = "The loss is a mean over the examples, so its gradient is divided by their number."

ce_gradient_exercise = Exercise(
    id="05.3",
    title="Right for one, wrong for many",
    points=3,
    minutes=12,
    difficulty="medium",
    name="ce_gradient",
    reference=ce_gradient,
    shown=True,
    alternatives=(ce_gradient_with_one_hot, ce_gradient_row_by_row),
    fixed=(
        (np.array([[2.0, 1.0, 0.1], [0.0, 0.0, 0.0]]), np.array([0, 2])),
        (np.array([[2.0, 1.0, 0.1]]), np.array([0])),
        (np.array([[1000.0, 0.0], [1.0, 2.0], [-1000.0, 0.0]]), np.array([1, 0, 1])),
        (np.array([[1.0, -1.0, 0.5, 2.0], [0.3, 0.2, 0.1, 0.0]]), np.array([3, 3])),
    ),
    random=lambda rng: (
        rng.normal(size=(n := rng.integers(2, 6), k := rng.integers(3, 6))).round(2),
        rng.integers(0, k, size=n),
    ),
    hints=(
        "There are three bugs, one in each of three lines. Take two examples, and look at what "
        "each line makes of them: what should the sum of each row be?",
        "Line 2: every row has to make 1 by itself. Line 3: print `p` before and after; how many "
        "entries changed? Line 4: what does the word “mean” in the loss do to the slopes?",
        "`axis=1, keepdims=True` gives one sum for each row. `p[np.arange(len(p)), targets]` picks "
        "one entry in each row. And the gradient of a mean is divided by the number of rows.",
    ),
)


@ce_gradient_exercise.mistake
def all_three_bugs_are_still_there(*arguments):
    """These are the numbers of the function as it was given. Compare with two examples, line by
    line: every row of p should make 1.
    """
    return with_bugs(True, True, True)(*arguments)


@ce_gradient_exercise.mistake
def softmax_over_the_whole_table(*arguments):
    """Two bugs are fixed, one is left. `e.sum()` adds up the whole table, so all rows together
    make 1. Each row is a softmax.
    """
    return with_bugs(whole_table=True)(*arguments)


@ce_gradient_exercise.mistake
def minus_1_in_whole_columns(*arguments):
    """Two bugs are fixed, one is left. `p[:, targets]` takes these columns in every row. In
    each row only the entry of its own target loses 1.
    """
    return with_bugs(whole_columns=True)(*arguments)


@ce_gradient_exercise.mistake
def not_divided_by_the_number_of_examples(*arguments):
    """Two bugs are fixed, one is left. The loss is a mean over the examples, so its gradient
    is divided by their number.
    """
    return with_bugs(no_mean=True)(*arguments)


@ce_gradient_exercise.mistake
def only_the_sum_fixed(*arguments):
    """The softmax is right now, and two bugs are left. `p[:, targets]` takes these columns in
    every row. In each row only the entry of its own target loses 1.
    """
    return with_bugs(whole_columns=True, no_mean=True)(*arguments)


@ce_gradient_exercise.mistake
def only_the_index_fixed(*arguments):
    """The −1 is in the right places now, and two bugs are left. `e.sum()` adds up the whole
    table, so all rows together make 1. Each row is a softmax.
    """
    return with_bugs(whole_table=True, no_mean=True)(*arguments)


@ce_gradient_exercise.mistake
def only_the_mean_fixed(*arguments):
    """The division is right now, and two bugs are left. `e.sum()` adds up the whole table, so
    all rows together make 1. Each row is a softmax.
    """
    return with_bugs(whole_table=True, whole_columns=True)(*arguments)


@ce_gradient_exercise.mistake
def sign_turned_round(logits, targets):
    """This is one-hot minus probabilities. The gradient is probabilities minus one-hot: the
    right class has a negative slope, because its logit should grow.
    """
    return -ce_gradient(logits, targets)


@ce_gradient_exercise.mistake
def right_answer_forgotten(logits, targets):
    """These are the probabilities alone (divided by the number of examples). The one-hot row of
    the right class is still to be taken away.
    """
    return with_bugs()(logits, targets) + np.eye(logits.shape[1])[targets] / len(targets)


@ce_gradient_exercise.mistake
def sum_of_each_column(logits, targets):
    """Each number is divided by the sum of its column. An example is a row, and each row should
    make 1: `axis=1, keepdims=True`.
    """
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=0)
    p[np.arange(len(p)), targets] -= 1
    return p / len(p)


@ce_gradient_exercise.mistake
def divided_by_the_number_of_classes(logits, targets):
    """All is right but the last line: it divides by the number of columns. The mean is one over
    the examples, which are the rows.
    """
    return ce_gradient(logits, targets) * len(logits) / logits.shape[1]


@ce_gradient_exercise.mistake
def divided_by_the_number_of_entries(logits, targets):
    """All is right but the last line: it divides by the number of all entries of the table. The
    mean is one over the examples, which are the rows.
    """
    return ce_gradient(logits, targets) / logits.shape[1]


@ce_gradient_exercise.mistake("the probabilities left out")
def one_hot_alone(logits, targets):
    """That is the one-hot row alone, with a minus. The probabilities are missing."""
    return -np.eye(logits.shape[1])[targets] / len(targets)


@ce_gradient_exercise.mistake("1 added in place of taken away")
def one_added(logits, targets):
    """At the right class 1 is added. It has to be taken away: the gradient is probabilities minus
    one-hot.
    """
    return ce_gradient(logits, targets) + 2 * np.eye(logits.shape[1])[targets] / len(targets)


@ce_gradient_exercise.mistake("the right entry set to −1")
def set_to_minus_1(logits, targets):
    """The right entry of each row is set to −1. Take 1 away from what is there: `-=` in place of
    `=`.
    """
    gradient = ce_gradient(logits, targets)
    gradient[np.arange(len(targets)), targets] = -1 / len(targets)
    return gradient


@ce_gradient_exercise.mistake("the sign turned round, and no mean")
def sign_and_mean(logits, targets):
    """Two things: this is one-hot minus probabilities, and it is the other way round; and the
    loss is a mean over the examples, so its gradient is divided by their number.
    """
    return -ce_gradient(logits, targets) * len(targets)


# 05.4 ------------------------------------------------------------- a loss, judged by its pull


def harsh(p):
    # its slope is -1/p**2, against -1/p for cross-entropy: 1/p times as steep.
    # the 1 is taken away so that a certain and right answer costs nothing
    return 1 / p - 1


STEP = 0.001
FAR_OFF = np.array([0.1, 0.01, 0.001])  # probabilities at which the pull is measured
_z = np.log(FAR_OFF / (1 - FAR_OFF))
PAIRS = sigmoid(np.concatenate([_z - STEP, _z + STEP]))
ALONG = np.array([0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.0])


def pulls(losses):
    """How hard this loss pulls on the logit, as a multiple of the pull of cross-entropy, 1 − p."""
    left, right = np.split(np.asarray(losses, dtype=float), 2)
    return (left - right) / (2 * STEP) / (1 - FAR_OFF)


def judge_harsh(arguments, losses):
    (p,) = arguments
    losses = np.asarray(losses, dtype=float)
    if losses.shape != p.shape:
        return f"For {p.size} probabilities the answer has shape {losses.shape}, not {p.shape}."
    if not np.isfinite(losses).all():
        at = np.flatnonzero(~np.isfinite(losses))[0]
        return f"At p = {p[at]:.3g} the loss is {losses[at]:g}: every loss has to be finite."
    if p.size == ALONG.size:
        return judge_shape(losses)
    ratios = pulls(losses)
    measured = ", ".join(f"{r:.4f} at p = {at:g}" for r, at in zip(ratios, FAR_OFF, strict=True))
    if ratios[0] <= 1.001:
        said = "It should be above 1 at p = 0.1 already."
    elif ratios[1] < 1.0001 * ratios[0] or ratios[2] < 1.0001 * ratios[1]:  # more than noise
        said = "It should grow from each of them to the next."
    else:
        return None
    return f"Your pull on the logit, divided by that of cross-entropy, is {measured}. {said}"


def judge_shape(losses):
    if abs(losses[-1]) > 1e-9:
        return f"At p = 1, certain and right, the loss should be 0; it is {losses[-1]:.4g}."
    rises = np.flatnonzero(np.diff(losses) > 1e-12)
    if rises.size:
        at = rises[0]
        return (
            f"From p = {ALONG[at]:g} to p = {ALONG[at + 1]:g} the loss grows, from "
            f"{losses[at]:.4g} to {losses[at + 1]:.4g}. A better answer should never cost more."
        )
    return None


def is_scaled_cross_entropy(arguments, losses):
    p = arguments[0]
    inner = p < 1
    share = np.asarray(losses)[inner] / -np.log(p[inner])
    return np.allclose(share, share[0]) and share[0] > 0 and not np.isclose(share[0], 1)


def rises(arguments, losses):
    p, losses = arguments[0], np.asarray(losses)
    if losses.shape != p.shape:
        return False
    return bool((np.diff(losses[np.argsort(p)]) > 0).all())


def is_never_zero(arguments, losses):
    p, losses = arguments[0], np.asarray(losses)
    if losses.shape != p.shape:
        return False
    falls = bool((np.diff(losses[np.argsort(p)]) < 0).all())
    return falls and (p[-1] < 1 or losses[-1] > 1e-9)


harsh_exercise = Exercise(
    id="05.4",
    title="A harsher loss",
    points=3,
    minutes=12,
    difficulty="hard",
    name="harsh",
    reference=harsh,
    shown=True,
    alternatives=(
        lambda p: np.log(p) ** 2,
        lambda p: -np.log(p) / p,
        lambda p: p**-0.5 - 1,
    ),
    fixed=((ALONG,), (PAIRS,)),
    judge=judge_harsh,
    hints=(
        "Start from −log p and ask which function rises faster still when p comes near 0.",
        "The pull on the logit is the slope with respect to p, times p (1 − p). For "
        "cross-entropy that is "
        "(1/p) · p (1 − p) = 1 − p. So what is needed is a slope that is steeper than 1/p.",
        "The slope of 1/p is −1/p². Now only the value at p = 1 is not 0 yet. (The square of the "
        "logarithm is another way.)",
    ),
)


@harsh_exercise.mistake("squared error")
def squared_error_05_4(p):
    """This is MSE, and its pull dies where the answer is most wrong, because the factor p (1 −
    p) of the sigmoid goes to 0. A loss that ends at 1 cannot be steep for long.
    """
    return (1 - p) ** 2


@harsh_exercise.mistake
def plain_distance(p):
    """The distance ends at 1 when p is 0. Its slope is −1 everywhere, and the flat end of
    the sigmoid takes the pull away.
    """
    return 1 - p


@harsh_exercise.mistake("cross-entropy itself")
def cross_entropy_itself(p):
    """That is cross-entropy, so it pulls exactly as hard. Something steeper is wanted."""
    return -np.log(p)


@harsh_exercise.mistake("cross-entropy, scaled", seen=is_scaled_cross_entropy)
def cross_entropy_scaled(p):
    """A multiple of cross-entropy (another base of the logarithm makes one too) changes the
    pull by the same factor at every p: that is only another learning rate. Yours should be
    harsher the more wrong the answer is.
    """
    return -3 * np.log(p)


@harsh_exercise.mistake(seen=rises)
def upside_down(p):
    """This number grows when the answer gets better. A loss is large for a bad answer: turn its
    sign round, or let p and 1 − p change places.
    """
    return np.log(p)


@harsh_exercise.mistake(seen=is_never_zero)
def never_zero(p):
    """It falls as it should, but a certain and right answer, p = 1, still costs something. Take
    away what is left there.
    """
    return 1 / p


# 05.5 ------------------------------------------------------------- choose, and defend by numbers

RIGHT_LOSSES = {
    "price": ("MSELoss", 12.5),
    "spam": ("BCEWithLogitsLoss", float(np.log(2))),
    "digit": ("CrossEntropyLoss", float(np.log(10))),
    "tags": ("BCEWithLogitsLoss", float(np.log(2))),
    "twice": ("CrossEntropyLoss", float(-np.log(np.e / (np.e + 9)))),
}


def judge_choices(arguments, losses):
    if not isinstance(losses, dict) or set(losses) != set(RIGHT_LOSSES):
        return f"A dictionary with the keys {', '.join(map(repr, RIGHT_LOSSES))} is wanted."
    for task, (name, cost) in RIGHT_LOSSES.items():
        entry = losses[task]
        if not isinstance(entry, list | tuple) or len(entry) != 2:
            return f"For {task!r} a pair is wanted: the name of the loss, and a number."
        if entry[0] != name:
            return f"For {task!r}, {entry[0]!r} is not the loss that fits."
        if not isinstance(entry[1], int | float):
            return f"For {task!r} the loss fits; what it costs is wanted as a number."
        if not abs(entry[1] - cost) < 0.006:
            return f"For {task!r} the loss fits, and {entry[1]:g} is not what the answer costs."
    return None


def with_entry(**entries):
    return {**RIGHT_LOSSES, **entries}


choices_exercise = Exercise(
    id="05.5",
    title="Which loss, and what does knowing nothing cost?",
    points=2,
    minutes=10,
    difficulty="medium",
    name="losses",
    reference=lambda: dict(RIGHT_LOSSES),
    alternatives=(lambda: {k: list(v) for k, v in RIGHT_LOSSES.items()},),
    judge=judge_choices,
    hints=(
        "Ask of each task: is the answer a number, a yes or no, one of several, or several "
        "answers at once? The table at the end of the lesson has a row for each.",
        "Knowing nothing means a constant for the price, the best one for its loss; 0.5 for each "
        "yes or no; and the same probability for each of ten classes.",
        "The best constant for the squared error is the mean of the prices. For a yes or no it is "
        "−log 0.5, for ten classes −log 0.1, with the natural logarithm. For “twice”, give "
        "`nn.CrossEntropyLoss()` a row with a single 1 and nine times 0.",
    ),
)


@choices_exercise.mistake(seen=lambda arguments, losses: losses["tags"][0] == "CrossEntropyLoss")
def tags_that_exclude_each_other():
    """With CrossEntropyLoss the tags compete, because softmax shares out a total of 1. Here a
    photo may have several tags, or none: each tag is a yes or no of its own.
    """
    return with_entry(tags=("CrossEntropyLoss", float(np.log(3))))


@choices_exercise.mistake(seen=lambda arguments, losses: losses["digit"][0] == "BCEWithLogitsLoss")
def digits_that_do_not_exclude_each_other():
    """Ten separate questions would allow an image to be a 3 and an 8. Exactly one of the ten is
    right, so they should share out one probability.
    """
    return with_entry(digit=("BCEWithLogitsLoss", float(np.log(2))))


@choices_exercise.mistake(
    seen=lambda arguments, losses: "MSELoss" in (losses["spam"][0], losses["digit"][0])
)
def squared_error_for_a_class():
    """Squared error is for numbers. For a class it has almost no gradient where the network is
    certain and wrong.
    """
    return with_entry(spam=("MSELoss", 0.25))


@choices_exercise.mistake(
    seen=lambda arguments, losses: any(
        abs(losses[task][1] - cost) < 0.006 for task, cost in (("digit", 1), ("spam", 0.301))
    )
)
def logarithm_to_the_base_of_ten():
    """This is a logarithm to the base 10. The losses take the natural one, `np.log`."""
    return with_entry(digit=("CrossEntropyLoss", 1.0))


@choices_exercise.mistake(seen=lambda arguments, losses: abs(losses["twice"][1]) < 0.006)
def softmax_only_once():
    """A perfect answer costs 0 if its *logits* are far apart. Here the loss gets the numbers 1 and
    0, after a softmax, takes them for logits, and applies softmax once more: e / (e + 9).
    """
    return with_entry(twice=("CrossEntropyLoss", 0.0))


@choices_exercise.mistake(seen=lambda arguments, losses: abs(losses["price"][1] - 14.75) < 0.006)
def the_middle_price_guessed():
    """14.75 is what the middle price, 2.5, costs. The constant with the smallest squared error is
    another one: the mean.
    """
    return with_entry(price=("MSELoss", 14.75))


EXERCISES = (
    two_days_exercise,
    my_bce_exercise,
    ce_gradient_exercise,
    harsh_exercise,
    choices_exercise,
)
