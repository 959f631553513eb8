"""Exercises for lesson 13, PyTorch.

References and mistakes are written in NumPy: so nothing here needs torch until an alternative is
called, and a right answer in torch is also a proof that both agree.
"""

import itertools

import numpy as np

from nncourse.exercises.given import lesson_13 as given
from nncourse.judging.exercise import Exercise
from nnlib.nn.functional import softmax

TITLE = "The same in PyTorch"
SECONDS = 10.0  # enough for an alternative that has to import torch first


# 13.1 ------------------------------------------------------------- predict a number


def slope(w, x):
    """Of (w x - 2)², with respect to w."""
    return 2 * (w * x - 2) * x


def w_grad():
    w = 3.0
    first = slope(w, 1)
    return first + slope(w - 0.1 * first, 2)


w_grad_exercise = Exercise(
    id="13.1",
    title="Two examples, one gradient",
    points=1,
    minutes=5,
    difficulty="easy",
    name="w_grad",
    reference=w_grad,
    rtol=0,
    atol=1e-3,
    hints=(
        "Go through the program line by line, and keep two numbers on your paper: `w`, and "
        "`w.grad`. Which lines change which of them?",
        "The first `backward()` puts 2 into `w.grad`, and the step makes w = 3 − 0.1 · 2 = 2.8. "
        "Does anything set `w.grad` back to 0?",
        "The second loss is (2 · 2.8 − 2)² = 3.6². Its slope is 2 · 3.6 · 2. What was in "
        "`w.grad` before?",
    ),
)


@w_grad_exercise.mistake
def gradient_overwritten():
    """That is the slope of the second loss alone. `backward()` does not overwrite, it adds to
    what is there, and nobody has called `zero_grad()`.
    """
    return slope(2.8, 2)


@w_grad_exercise.mistake
def step_forgotten():
    """Here both slopes are taken at w = 3. But between the two losses there was a step, and w
    is smaller since then.
    """
    return slope(3, 1) + slope(3, 2)


@w_grad_exercise.mistake("step forgotten, gradient overwritten")
def step_forgotten_gradient_overwritten():
    """That is the slope of the second loss at w = 3. First, the step has changed w; second,
    `backward()` adds to the gradient that is there.
    """
    return slope(3, 2)


@w_grad_exercise.mistake
def the_first_backward_only():
    """That is what is in `w.grad` after the first `backward()`. The second one adds its own
    slope.
    """
    return slope(3, 1)


@w_grad_exercise.mistake
def x_forgotten():
    """The slope of (2 w − 2)² with respect to w has one more factor: how fast 2 w itself changes
    with w. That is the chain rule.
    """
    return slope(3, 1) + 2 * (2 * 2.8 - 2)


@w_grad_exercise.mistake("2 of the square forgotten")
def mistake_2_of_the_square_forgotten():
    """The slope of a square is 2 times what is inside, times the inner slope. The 2 is
    missing, in the step as well.
    """
    return (slope(3, 1) + slope(2.9, 2)) / 2


@w_grad_exercise.mistake
def step_uphill():
    """The step went the wrong way: `SGD` subtracts lr times the gradient, so that the loss gets
    smaller.
    """
    return slope(3, 1) + slope(3.2, 2)


@w_grad_exercise.mistake
def mean_of_both():
    """That is the mean of the two slopes. `backward()` adds them up; a mean would come from one
    loss that is itself a mean.
    """
    return w_grad() / 2


# 13.2 ------------------------------------------------------------- write a function


def bump_gradients(a, m, s, x, t):
    shape = np.exp(-((x - m) ** 2) / (2 * s**2))
    pull = 2 * (a * shape - t) * shape / len(x)
    distance = (x - m) / s
    return np.array(
        [np.sum(pull), np.sum(pull * a * distance) / s, np.sum(pull * a * distance**2) / s]
    )


def bump_gradients_in_torch(a, m, s, x, t):
    import torch

    x, t = torch.tensor(x), torch.tensor(t)
    numbers = torch.tensor([a, m, s], dtype=torch.float64, requires_grad=True)
    a, m, s = numbers
    y = a * torch.exp(-((x - m) ** 2) / (2 * s**2))
    ((y - t) ** 2).mean().backward()
    return numbers.grad.numpy()


def bump_gradients_in_float32(a, m, s, x, t):
    """With nn.MSELoss, and three tensors of PyTorch's usual type."""
    import torch

    x, t = (torch.tensor(array, dtype=torch.float32) for array in (x, t))
    numbers = [torch.tensor(float(n), requires_grad=True) for n in (a, m, s)]
    y = numbers[0] * torch.exp(-0.5 * ((x - numbers[1]) / numbers[2]) ** 2)
    torch.nn.MSELoss()(y, t).backward()
    return np.array([n.grad.item() for n in numbers])


def bump_gradients_measured(a, m, s, x, t):
    """Without a library: a little to the left, a little to the right."""

    def loss(a, m, s):
        return np.mean((a * np.exp(-((x - m) ** 2) / (2 * s**2)) - t) ** 2)

    numbers, slopes = np.array([a, m, s], float), []
    for step in 1e-5 * np.eye(3):
        slopes.append((loss(*(numbers + step)) - loss(*(numbers - step))) / 2e-5)
    return np.array(slopes)


def with_exponent(exponent, by_m, by_s):
    """bump_gradients with another exponent of (x - m, s), and its slopes for m and for s."""

    def gradients(a, m, s, x, t):
        distance = x - m
        shape = np.exp(exponent(distance, s))
        pull = 2 * (a * shape - t) * shape / len(x)
        slopes = 1, a * by_m(distance, s), a * by_s(distance, s)
        return np.array([np.sum(pull * slope) for slope in slopes])

    return gradients


def bump_loss(a, m, s, x, t):
    return np.mean((a * np.exp(-((x - m) ** 2) / (2 * s**2)) - t) ** 2)


def some_bump(rng):
    n = int(rng.integers(3, 9))
    a, m = (float(number) for number in rng.uniform(-2, 2, size=2).round(2))
    s = round(rng.uniform(0.5, 2), 2)
    return a, m, s, rng.uniform(-3, 3, size=n).round(2), rng.normal(size=n).round(2)


bump_exercise = Exercise(
    id="13.2",
    title="A gradient that nobody derived",
    points=3,
    minutes=12,
    difficulty="medium",
    name="bump_gradients",
    reference=bump_gradients,
    alternatives=(
        bump_gradients_in_torch,
        bump_gradients_in_float32,
        bump_gradients_measured,
    ),
    fixed=(
        (1.0, 0.0, 1.0, np.array([0.0, 1.0]), np.array([0.5, 0.5])),
        (2.0, 1.0, 0.5, np.array([0.0, 1.0, 1.5]), np.array([0.0, 1.0, 1.0])),
        (-1.5, 0.5, 2.0, np.array([-2.0, 0.0, 1.0, 3.0]), np.array([1.0, 0.0, -1.0, 0.0])),
        (0.7, -1.0, 1.5, np.array([0.5]), np.array([2.0])),
        (1, 0, 2, np.array([0.0, 1.0, 3.0]), np.array([1.0, 0.0, 0.5])),
        (3, -1, 1, np.array([-1.0, 0.5]), np.array([2.0, 1.0])),
    ),
    random=some_bump,
    rtol=1e-4,
    atol=1e-5,
    seconds=SECONDS,
    hints=(
        "Only the way forwards is yours to write: three numbers become tensors, then the bump, "
        "then the loss. Which of the five arguments are parameters?",
        "`a`, `m` and `s` need `requires_grad=True`; `x` and `t` are data. Write the loss with "
        "`torch.exp` and `.mean()`, and call `loss.backward()`.",
        "If you put the three into one tensor, `p = torch.tensor([a, m, s], requires_grad=True)`, "
        "use `p[0]`, `p[1]`, `p[2]` in the formula. Afterwards `p.grad.numpy()` is the answer.",
    ),
)


@bump_exercise.mistake
def sum_in_place_of_the_mean(a, m, s, x, t):
    """This is the gradient of the sum of the squares. The loss is their mean: `.mean()`, not
    `.sum()`, before you go backwards.
    """
    return len(x) * bump_gradients(a, m, s, x, t)


@bump_exercise.mistake("gradient of the bump")
def of_the_bump(a, m, s, x, t):
    """Here `backward()` was called on the outputs of the bump. The targets `t` have no say
    then. Compute the loss from y and t first, and go backwards from it.
    """
    shape = np.exp(-((x - m) ** 2) / (2 * s**2))
    distance = (x - m) / s
    return np.array(
        [shape.sum(), (a * shape * distance).sum() / s, (a * shape * distance**2).sum() / s]
    )


@bump_exercise.mistake("backward() forgotten")
def backward_forgotten(a, m, s, x, t):
    """The gradients are None: nobody called `backward()` on the loss, so nothing arrived."""
    return np.array([None, None, None])


@bump_exercise.mistake("backward() or return forgotten")
def nothing_came_back(a, m, s, x, t):
    """None is also what `.grad` holds as long as nobody has called `backward()` on the loss. Is
    that line there, and the `return`?
    """
    return


@bump_exercise.mistake
def downhill_already(a, m, s, x, t):
    """The sign is reversed. The gradient points uphill; the minus sign belongs to the
    optimizer's step.
    """
    return -bump_gradients(a, m, s, x, t)


@bump_exercise.mistake
def backward_called_twice(a, m, s, x, t):
    """Every number is twice what it should be, as when `backward()` is called twice without
    `zero_grad()`: gradients add up.
    """
    return 2 * bump_gradients(a, m, s, x, t)


@bump_exercise.mistake("2 below the fraction forgotten")
def without_the_2_below(a, m, s, x, t):
    """The bump is too narrow: (x − m)² is divided by s². It should be 2 s²."""
    narrow = bump_gradients(a, m, s / np.sqrt(2), x, t)
    return narrow / np.array([1, 1, np.sqrt(2)])


@bump_exercise.mistake("multiplied by s² in place of divided")
def multiplied_by_s_squared_in_place_of_divided(*arguments):
    """`... / 2 * s**2` divides by 2 and then multiplies by s². All of 2 s² is the denominator:
    it needs brackets, `/ (2 * s**2)`.
    """
    return (
        with_exponent(
            lambda d, s: -(d**2) / 2 * s**2, lambda d, s: d * s**2, lambda d, s: -(d**2) * s
        )
    )(*arguments)


@bump_exercise.mistake
def minus_in_the_exponent_forgotten(*arguments):
    """The exponent is positive here, so in place of a bump there is a curve that grows without end
    to both sides. Is the minus missing, or was it squared together with x − m?
    """
    return (
        with_exponent(
            lambda d, s: d**2 / (2 * s**2), lambda d, s: -d / s**2, lambda d, s: -(d**2) / s**3
        )
    )(*arguments)


@bump_exercise.mistake("the 2 squared as well")
def the_2_squared_as_well(*arguments):
    """The bump is too wide: (x − m)² is divided by 4 s². In `(2 * s)**2` the 2 is squared as well;
    only s is meant to be.
    """
    return with_exponent(
        lambda d, s: -(d**2) / (4 * s**2),
        lambda d, s: d / (2 * s**2),
        lambda d, s: d**2 / (2 * s**3),
    )(*arguments)


@bump_exercise.mistake("the distance not squared")
def the_distance_not_squared(*arguments):
    """The distance x − m is not squared, so it is not a bump but a curve without a peak, which goes
    one way only.
    """
    return with_exponent(
        lambda d, s: -d / (2 * s**2), lambda d, s: 1 / (2 * s**2), lambda d, s: d / s**3
    )(*arguments)


@bump_exercise.mistake("s not squared")
def s_not_squared(*arguments):
    """s is not squared. With s = 1 nobody sees it; the denominator is 2 s²."""
    return with_exponent(
        lambda d, s: -(d**2) / (2 * s), lambda d, s: d / s, lambda d, s: d**2 / (2 * s**2)
    )(*arguments)


@bump_exercise.mistake("absolute in place of squared")
def absolute_in_place_of_squared(a, m, s, x, t):
    """This is the gradient of the mean of |y − t|. The loss is the mean of (y − t)²."""
    shape, distance = np.exp(-((x - m) ** 2) / (2 * s**2)), (x - m) / s
    pull = np.sign(a * shape - t) * shape / len(x)
    return np.array(
        [np.sum(pull), np.sum(pull * a * distance) / s, np.sum(pull * a * distance**2) / s]
    )


@bump_exercise.mistake("whole numbers as they are")
def whole_numbers_as_they_are(a, m, s, x, t):
    """For decimal numbers all is right. From whole numbers `torch.tensor` makes int64, and only
    decimal numbers can have a gradient. Say which type you want: `dtype=torch.float64`.
    """
    if isinstance(a, int) and isinstance(m, int) and isinstance(s, int):
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return bump_gradients(a, m, s, x, t)


@bump_exercise.mistake
def the_loss_returned(a, m, s, x, t):
    """That is the loss itself. After `backward()` the slopes are in the `.grad` of the
    parameters.
    """
    return bump_loss(a, m, s, x, t)


@bump_exercise.mistake
def parameters_after_a_step(a, m, s, x, t):
    """These are the three numbers after a step of gradient descent with rate 1. The exercise asks
    for the slopes alone.
    """
    return np.array([a, m, s]) - bump_gradients(a, m, s, x, t)


@bump_exercise.mistake
def root_of_the_loss(a, m, s, x, t):
    """This is the gradient of the root of the mean square. The loss is the mean square itself."""
    return bump_gradients(a, m, s, x, t) / (2 * np.sqrt(bump_loss(a, m, s, x, t)))


# 13.3 ------------------------------------------------------------- find the bugs


def fit_line(x, t, lr, steps):
    w = b = 0.0
    for _ in range(steps):
        error = w * x + b - t
        w, b = w - lr * np.mean(2 * error * x), b - lr * np.mean(2 * error)
    return w, b


def fit_line_with_linear(x, t, lr, steps):
    import torch

    x, t = (torch.tensor(array, dtype=torch.float32)[:, None] for array in (x, t))
    model = torch.nn.Linear(1, 1)
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(x), t)
        loss.backward()
        optimizer.step()
    return model.weight.item(), model.bias.item()


def fit_line_with_tensors(x, t, lr, steps):
    """Without nn and without an optimizer."""
    import torch

    x, t = torch.from_numpy(x), torch.from_numpy(t)
    p = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        (slopes,) = torch.autograd.grad(((p[0] * x + p[1] - t) ** 2).mean(), p)
        p = (p - lr * slopes).detach().requires_grad_()
    return p.tolist()


def fit_with_bugs(keep=False, broadcast=False, total=False):
    """keep: no zero_grad; broadcast: a column against a row; total: sum for mean."""

    def fit(x, t, lr, steps):
        w = b = grad_w = grad_b = 0.0
        for _ in range(steps):
            y = w * x + b
            error = y - t.mean() if broadcast else y - t  # the mean over all pairs, and that is it
            mean = np.sum if total else np.mean
            kept = keep * grad_w, keep * grad_b
            grad_w, grad_b = kept[0] + mean(2 * error * x), kept[1] + mean(2 * error)
            w, b = w - lr * grad_w, b - lr * grad_b
        return w, b

    return fit


def some_line(rng):
    n = int(rng.integers(3, 9))
    x = rng.uniform(-1.5, 1.5, size=n).round(2)
    t = (rng.normal() + rng.normal() * x + 0.1 * rng.normal(size=n)).round(2)
    return x, t, round(rng.uniform(0.02, 0.1), 3), int(rng.integers(2, 16))


fit_line_exercise = Exercise(
    id="13.3",
    title="It runs, and learns the wrong thing",
    points=3,
    minutes=12,
    difficulty="medium",
    name="fit_line",
    reference=fit_line,
    alternatives=(fit_line_with_linear, fit_line_with_tensors),
    fixed=(
        (np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 3.0, 5.0, 7.0]), 0.1, 1),
        (np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 3.0, 5.0, 7.0]), 0.1, 2),
        (np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 3.0, 5.0, 7.0]), 0.1, 60),
        (np.array([-1.0, 0.5, 1.0]), np.array([2.0, 0.0, -1.0]), 0.05, 20),
    ),
    random=some_line,
    random_cases=8,
    rtol=1e-3,
    atol=1e-3,
    seconds=SECONDS,
    hints=(
        "Print `(model(x) - t).shape` in the loop. How many numbers are to be compared, and how "
        "many are?",
        "One bug is in the shapes: `model(x)` is a column. The other one is a missing line: which "
        "four things happen in each round of a training loop?",
        "Give `t` a second axis, like `x`: `[:, None]`. And clear the gradients before "
        "`loss.backward()` adds new ones.",
    ),
)


@fit_line_exercise.mistake
def both_bugs_are_there(*arguments):
    """This does what the function with the bugs does. Begin with the shapes: the outputs are a
    column, (n, 1), and the targets a row, (n,). Their difference is a table of n × n: every
    output is compared with every target. Make the targets a column.
    """
    return fit_with_bugs(keep=True, broadcast=True)(*arguments)


@fit_line_exercise.mistake("zero_grad forgotten")
def zero_grad_forgotten(*arguments):
    """The shapes are right now, one bug is left. Nothing clears the gradients, so each step
    also takes all the earlier ones along, and the line swings past its aim. Call
    `optimizer.zero_grad()` in every round.
    """
    return fit_with_bugs(keep=True)(*arguments)


@fit_line_exercise.mistake
def every_output_with_every_target(*arguments):
    """The gradients are cleared now, one bug is left. The outputs are a column, (n, 1), and the
    targets a row, (n,). Their difference is a table of n × n: every output is compared with
    every target. Make the targets a column.
    """
    return fit_with_bugs(broadcast=True)(*arguments)


@fit_line_exercise.mistake
def cleared_before_the_step(x, t, lr, steps):
    """Nothing is learned. Is `step()` there, and `backward()` before it? If `zero_grad()` stands
    between the two, the gradients are gone before the step can use them.
    """
    return (0.0, 0.0)


@fit_line_exercise.mistake
def step_before_backward(x, t, lr, steps):
    """One step is missing: the loop ends too early, or `step()` comes before `backward()`, so that
    the first step finds no gradient.
    """
    return fit_line(x, t, lr, steps - 1)


@fit_line_exercise.mistake("sum in place of the mean")
def sum_in_place_of_the_mean_13_3(*arguments):
    """The squares are added up, so that every step is n times too large. The loss is their
    mean.
    """
    return fit_with_bugs(total=True)(*arguments)


@fit_line_exercise.mistake
def no_bias(x, t, lr, steps):
    """The bias stays 0, so the line goes through the origin. Is it among the parameters of the
    optimizer?
    """
    return (fit_line_through_0(x, t, lr, steps), 0.0)


@fit_line_exercise.mistake
def bias_first(x, t, lr, steps):
    """Both numbers are right, in the other order: first the weight, then the bias."""
    return fit_line(x, t, lr, steps)[::-1]


def fit_line_through_0(x, t, lr, steps):
    w = 0.0
    for _ in range(steps):
        w -= lr * np.mean(2 * (w * x - t) * x)
    return w


# 13.4 ------------------------------------------------------------- weights move in


def probabilities(weights, x):
    hidden = np.maximum(x @ weights["0.weight"].T + weights["0.bias"], 0)
    return softmax(hidden @ weights["3.weight"].T + weights["3.bias"])


def probabilities_in_torch(weights, x):
    import torch
    from torch import nn

    h, i = weights["0.weight"].shape
    k = len(weights["3.bias"])
    model = nn.Sequential(nn.Linear(i, h), nn.ReLU(), nn.Dropout(0.5), nn.Linear(h, k))
    model.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    model.eval()
    with torch.no_grad():
        return model(torch.tensor(x, dtype=torch.float32)).softmax(dim=1).numpy()


def probabilities_without_a_module(weights, x):
    import torch

    w = {name: torch.from_numpy(array) for name, array in weights.items()}
    hidden = torch.relu(torch.from_numpy(x) @ w["0.weight"].T + w["0.bias"])
    logits = hidden @ w["3.weight"].T + w["3.bias"]
    return torch.exp(logits - torch.logsumexp(logits, dim=1, keepdim=True)).numpy()


def hidden_of(weights, x):
    return np.maximum(x @ weights["0.weight"].T + weights["0.bias"], 0)


def logits_of(weights, hidden):
    return hidden @ weights["3.weight"].T + weights["3.bias"]


def dropout_was_on(arguments, result):
    """Whether each row is what comes out with some hidden neurons off, the others doubled."""
    weights, x = arguments
    hidden, result = hidden_of(weights, x), np.asarray(result)
    if result.shape != (len(x), len(weights["3.bias"])):
        return False
    masks = np.array(list(itertools.product((0, 2), repeat=hidden.shape[1])))
    possible = softmax(logits_of(weights, masks[:, None] * hidden))  # (masks, n, classes)
    return bool(np.isclose(possible, result, atol=1e-4).all(axis=2).any(axis=0).all())


def has_nothing_of_the_weights(arguments, result):
    """Probabilities no further apart than those of a fresh network of this size can be.

    nn.Linear starts with weights and biases up to 1 / sqrt(inputs); dropout may double hidden ones.
    """
    weights, x = arguments
    result = np.asarray(result, float)
    hidden, inputs = weights["0.weight"].shape
    if result.shape != (len(x), len(weights["3.bias"])) or np.any(result <= 0):
        return False
    loudest = (np.abs(x).sum(axis=1) + 1) / inputs**0.5
    furthest = 2 * (2 * hidden * loudest + 1) / hidden**0.5
    apart = np.log(result).max(axis=1) - np.log(result).min(axis=1)
    return bool(np.allclose(result.sum(axis=1), 1, atol=1e-3) and np.all(apart <= furthest))


def some_weights(rng):
    inputs, hidden, classes = (int(n) for n in rng.choice([2, 3, 4, 5], 3, replace=False))
    weights = {
        "0.weight": rng.normal(size=(hidden, inputs)),
        "0.bias": 0.5 + 0.3 * rng.normal(size=hidden),
        "3.weight": rng.normal(size=(classes, hidden)),
        "3.bias": rng.normal(size=classes),
    }
    x = rng.normal(size=(int(rng.integers(2, 6)), inputs))
    return (
        {name: array.round(2).astype(np.float32) for name, array in weights.items()},
        x.round(2).astype(np.float32),
    )


SMALL = {
    "0.weight": np.array([[1.0, -1.0], [0.5, 2.0], [1.0, 1.0]], np.float32),
    "0.bias": np.array([0.0, 0.5, 0.5], np.float32),
    "3.weight": np.array([[1.0, 0.0, 0.5], [-1.0, 1.0, 0.25]], np.float32),
    "3.bias": np.array([0.1, -0.1], np.float32),
}

LARGE = {name: 10 * array for name, array in SMALL.items()}

probabilities_exercise = Exercise(
    id="13.4",
    title="A trained network moves in",
    points=3,
    minutes=15,
    difficulty="hard",
    name="probabilities",
    reference=probabilities,
    alternatives=(probabilities_in_torch, probabilities_without_a_module),
    fixed=(
        (SMALL, np.array([[1.0, 0.5], [-1.0, 2.0]], np.float32)),
        (SMALL, np.array([[1.0, 0.5]], np.float32)),
        (SMALL, np.array([[0.2, 0.1], [3.0, -4.0], [0.0, 0.0], [1.0, 1.0]], np.float32)),
        (LARGE, np.array([[1.0, 0.5], [0.5, 1.0]], np.float32)),
    ),
    random=some_weights,
    rtol=1e-4,
    atol=1e-5,
    seconds=SECONDS,
    hints=(
        "Four steps: build the network, load the weights, switch dropout off, and turn logits into "
        "probabilities. The lesson's twin did the first three.",
        "The sizes are in the shapes: `weights['0.weight'].shape` is (hidden, inputs). "
        "`load_state_dict` takes a dict of tensors with the very same names.",
        "`model.eval()`, then under `torch.inference_mode()`: "
        "`torch.softmax(model(torch.tensor(x)), dim=1)`. At the end `.numpy()`.",
    ),
)


@probabilities_exercise.mistake("dropout left on", seen=dropout_was_on)
def with_dropout(weights, x):
    """The result is that of a network in training: some hidden neurons are off, the others
    doubled, and with the next call it would be others. Call `model.eval()` first.
    """
    hidden = hidden_of(weights, x)
    kept = np.random.default_rng().random(hidden.shape) >= 0.5
    return softmax(logits_of(weights, 2 * hidden * kept))


@probabilities_exercise.mistake
def logits(weights, x):
    """These are the logits. They are right, but they are not probabilities: softmax makes each
    row positive, with the sum 1.
    """
    return logits_of(weights, hidden_of(weights, x))


@probabilities_exercise.mistake
def softmax_along_the_batch(weights, x):
    """Each column adds up to 1 here, so the examples compete with each other. The classes are
    in the second axis: `dim=1`.
    """
    return softmax(logits_of(weights, hidden_of(weights, x)).T).T


@probabilities_exercise.mistake("ReLU forgotten")
def relu_forgotten(weights, x):
    """There is no ReLU between the two layers. The names of the weights, 0 and 3, leave room
    for two layers without weights.
    """
    return softmax(logits_of(weights, x @ weights["0.weight"].T + weights["0.bias"]))


@probabilities_exercise.mistake
def sigmoid_in_place_of_softmax(weights, x):
    """Each number is between 0 and 1, but a row does not add up to 1. The classes exclude each
    other, so it takes a softmax.
    """
    return 1 / (1 + np.exp(-logits_of(weights, hidden_of(weights, x))))


@probabilities_exercise.mistake
def softmax_twice(weights, x):
    """The softmax was applied twice, and all classes look nearly alike. Once is enough."""
    return softmax(probabilities(weights, x))


@probabilities_exercise.mistake
def halved_for_dropout(weights, x):
    """The hidden neurons were halved because dropout was 0.5. PyTorch doubles them during
    training instead, so that in use nothing has to be done.
    """
    return softmax(logits_of(weights, 0.5 * hidden_of(weights, x)))


@probabilities_exercise.mistake
def biases_left_out(weights, x):
    """The weights have moved in, and the biases have not. Load all four arrays."""
    return softmax(np.maximum(x @ weights["0.weight"].T, 0) @ weights["3.weight"].T)


@probabilities_exercise.mistake
def classes_in_place_of_probabilities(weights, x):
    """The most probable class of each example came back. The exercise asks for the probabilities of
    all classes.
    """
    return probabilities(weights, x).argmax(axis=1)


@probabilities_exercise.mistake("weights not loaded", seen=has_nothing_of_the_weights)
def weights_not_loaded(weights, x):
    """These are probabilities, but there is nothing of `weights` in them: even where those are
    large, the classes stay as near to each other as in a fresh network. Call `load_state_dict`.
    """
    rng = np.random.default_rng()
    hidden, inputs = weights["0.weight"].shape
    fresh = {
        name: rng.uniform(-1, 1, array.shape) / (inputs if name[0] == "0" else hidden) ** 0.5
        for name, array in weights.items()
    }
    return probabilities(fresh, x)


# 13.5 ------------------------------------------------------------- a whole program

SHAPES = {"0.weight": (16, 2), "0.bias": (16,), "3.weight": (3, 16), "3.bias": (3,)}
WANTED = 0.9


def train_and_save(train_set, test_set, file, epochs=10, evaluated=True):
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    for _ in range(epochs):
        for x, y in torch.utils.data.DataLoader(train_set, batch_size=32, shuffle=True):
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            optimizer.step()
    torch.save(model.state_dict(), file)
    if evaluated:
        model.eval()
    with torch.inference_mode():
        batches = torch.utils.data.DataLoader(test_set, batch_size=100)
        right = sum((model(x).argmax(dim=1) == y).sum().item() for x, y in batches)
    return right / len(test_set)


def train_and_save_in_float64(train_set, test_set, file):
    """With SGD, weight decay and its own batches."""
    import torch
    from torch import nn

    def table(points):
        x, y = zip(*(points[i] for i in range(len(points))), strict=True)
        return torch.stack(x).double(), torch.stack(y)

    model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3)).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    x, y = table(train_set)
    for _ in range(100):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    model.eval()
    x, y = table(test_set)
    torch.save(model.state_dict(), file)
    return (model(x).argmax(dim=1) == y).double().mean()


def train_and_save_with_adamw(train_set, test_set, file):
    """A Module of its own, saved as the parts that were asked for."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(
                nn.Linear(2, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3)
            )

        def forward(self, x):
            return self.layers(x)

    model = Net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(10):
        model.train()
        for x, y in torch.utils.data.DataLoader(train_set, batch_size=20, shuffle=True):
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    torch.save(model.layers.state_dict(), file)
    model.eval()
    with torch.no_grad():
        x, y = next(iter(torch.utils.data.DataLoader(test_set, batch_size=len(test_set))))
        return (model(x).argmax(dim=1) == y).float().mean().item()


def read_with(file, points):
    """Which corners the network in the file names, without dropout."""
    w = {name: np.asarray(array, float) for name, array in file.items()}
    hidden = np.maximum(points @ w["0.weight"].T + w["0.bias"], 0)
    return (hidden @ w["3.weight"].T + w["3.bias"]).argmax(axis=1)


def shares(seed, file):
    """The shares of the test set and of new points that the network in the file gets right."""
    _, test, new = given.corners(seed)
    return [float(np.mean(read_with(file, points) == labels)) for points, labels in (test, new)]


def is_complete(file):
    return isinstance(file, dict) and {name: np.shape(a) for name, a in file.items()} == SHAPES


def judge_saved(arguments, result):
    said, file = result["said"], result["file"]
    if isinstance(file, str):
        return f"In the file: {file}. A state dict of the trained network is wanted there."
    if not is_complete(file):
        found = ", ".join(f"{name} {np.shape(array)}" for name, array in file.items())
        wanted = ", ".join(f"{name} {shape}" for name, shape in SHAPES.items())
        return f"The file holds {found or 'no array'}; expected {wanted}."
    if said is None:
        return "The function gave None, and should give the share of `test_set` that it gets right."
    test, new = shares(*arguments, file)
    if new < WANTED:
        return (
            f"The network in the file gets {new:.0%} of 1,000 new points right, not {WANTED:.0%}."
        )
    if isinstance(said, bool) or not isinstance(said, int | float):
        return "The function should give one number, the share of `test_set` that it gets right."
    if abs(said - test) > 1.5 / given.TEST:
        return (
            f"The function says {said:.3f}, and the network in the file gets {test:.3f} of "
            "`test_set` right."
        )
    return None


def saved(condition):
    """A seen() for complete files: condition(said, share of the test set, share of new points)."""

    def seen(arguments, result):
        if not is_complete(result["file"]):
            return False
        return condition(result["said"], *shares(*arguments, result["file"]))

    return seen


saved_exercise = Exercise(
    id="13.5",
    title="A whole program, and a file",
    points=4,
    minutes=20,
    difficulty="hard",
    name="train_and_save",
    reference=train_and_save,
    alternatives=(train_and_save_in_float64, train_and_save_with_adamw),
    driver=given.train_and_save,
    judge=judge_saved,
    fixed=((0,),),
    random=lambda rng: (int(rng.integers(1, 100_000)),),
    random_cases=1,
    seconds=20.0,
    hints=(
        "It is the lesson's program with a smaller network: loader, model, loss, optimizer, two "
        "loops, the file, the test. Which of these do you need twice?",
        "`DataLoader(train_set, batch_size=32, shuffle=True)`, Adam with 0.01, ten epochs. Then "
        "`torch.save(model.state_dict(), file)`: `file` is open already.",
        "For the test: `model.eval()`, then `with torch.inference_mode():` count over the batches "
        "of `DataLoader(test_set, batch_size=100)` where `argmax(dim=1)` equals y, and divide by "
        "`len(test_set)`.",
    ),
)


@saved_exercise.mistake(seen=lambda arguments, result: result["file"] == "nothing")
def nothing_saved(train_set, test_set, file):
    """Nothing was written into the file. `torch.save(model.state_dict(), file)` does that; `file`
    is open already, and torch takes it in place of a name.
    """
    return 0.95


@saved_exercise.mistake(seen=lambda arguments, result: result["file"] == "more than numbers")
def the_whole_model_saved(train_set, test_set, file):
    """The whole model was saved, with its classes. Such a file can run a stranger's program, so
    `weights_only=True` refuses to read it. Save `model.state_dict()`.
    """
    import torch

    torch.save(torch.nn.Linear(2, 3), file)
    return 0.95


@saved_exercise.mistake(
    seen=saved(
        lambda said, test, new: new < 0.75 and isinstance(said, int | float) and 0.85 < said <= 1
    )
)
def saved_before_the_training(train_set, test_set, file):
    """The function reports a good network, and there is a bad one in the file. Was it saved before
    the training, or is it another one? Save after the last epoch.
    """
    train_and_save(train_set, test_set, file, epochs=0)
    return 0.95


@saved_exercise.mistake(
    seen=saved(
        lambda said, test, new: (
            new < 0.75 and not (isinstance(said, int | float) and 0.85 < said <= 1)
        )
    )
)
def nothing_learned(train_set, test_set, file):
    """The network in the file knows next to nothing. Are all five there in each step: `zero_grad`,
    forwards, the loss, `backward`, `step`? And did the optimizer get this network's parameters?
    """
    return train_and_save(train_set, test_set, file, epochs=0)


@saved_exercise.mistake(
    seen=saved(lambda said, test, new: new >= WANTED and isinstance(said, int | float) and said > 1)
)
def percent_in_place_of_the_share(train_set, test_set, file):
    """The network is good. Its result should be a share between 0 and 1, not percent or a count:
    divide the number of right answers by `len(test_set)`.
    """
    return 100 * train_and_save(train_set, test_set, file)


@saved_exercise.mistake(
    seen=saved(
        lambda said, test, new: (
            new >= WANTED and isinstance(said, int | float) and 0.005 < abs(said - test) < 0.15
        )
    )
)
def dropout_on_in_the_test(train_set, test_set, file):
    """The network in the file gets another share of `test_set` right than you say. Is dropout still
    on while you test? `model.eval()` comes first. (Or did you test on other examples?)
    """
    share = train_and_save(train_set, test_set, file, evaluated=False)
    return share - 0.02


EXERCISES = (
    w_grad_exercise,
    bump_exercise,
    fit_line_exercise,
    probabilities_exercise,
    saved_exercise,
)
