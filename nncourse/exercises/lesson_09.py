"""Exercises for lesson 09: momentum by hand, a step of Adam, a shared velocity, a race."""

import numpy as np

from nncourse.exercises.given import lesson_09 as given
from nncourse.judging.exercise import Exercise
from nnlib import nn, optim

TITLE = "Optimizers"


# 09.1 ------------------------------------------------------------- predict a number


def rolled():
    x, velocity = 10.0, 0.0
    for _ in range(2):
        velocity = 0.5 * velocity + 2 * x
        x = x - 0.1 * velocity
    return x


rolled_exercise = Exercise(
    id="09.1",
    title="Two steps of a rolling ball",
    points=1,
    minutes=5,
    difficulty="easy",
    name="rolled",
    reference=rolled,
    hints=(
        "Write four numbers, one below the other: the slope, the velocity, the new x, and then "
        "the same again from the new x.",
        "In the first step the velocity is just the slope, 20, and x becomes 8. Which slope does "
        "the second step see, and which velocity does it start from?",
        "The slope at 8 is 16. The velocity is half of the old one plus that, 10 + 16. One tenth "
        "of it is taken from 8.",
    ),
)


@rolled_exercise.mistake("plain SGD")
def plain_sgd():
    """That is where SGD stands after two steps. Momentum keeps half of its first velocity, and
    rolls further.
    """
    return 6.4


@rolled_exercise.mistake("the slope of the start, twice")
def the_slope_of_the_start_twice():
    """Your second step uses the slope at 10 again. The ball is at 8 by then, and the slope
    there is 16.
    """
    return 5.0


@rolled_exercise.mistake
def half_of_the_slope():
    """Your slopes count only half. Either the 2 of 2x got lost, or you halved the new slope
    along with the velocity: only the old velocity fades, the gradient is added whole.
    """
    return 7.6


@rolled_exercise.mistake
def nothing_lost():
    """The old velocity was added in full. In each step it is multiplied by μ = 0.5 first."""
    return 4.4


@rolled_exercise.mistake
def one_step_only():
    """That is the first step, and it is right. One more."""
    return 8.0


@rolled_exercise.mistake("the velocity, not the place")
def the_velocity_not_the_place():
    """26 is the second velocity. The step is the learning rate times that, taken from x."""
    return 26.0


@rolled_exercise.mistake
def velocity_subtracted():
    """In the second step the old velocity was subtracted from the slope. It is added: the ball
    rolls on in the direction it had.
    """
    return 7.4


# 09.2 ------------------------------------------------------------- write a function


def adam_step(p, g, m, v, t, lr):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    # both began at 0 and hold only the share 1 - beta**t so far; the corrected ones
    # are for this step alone, and the averages go on without the correction
    m_hat = m / (1 - 0.9**t)
    v_hat = v / (1 - 0.999**t)
    return p - lr * m_hat / (np.sqrt(v_hat) + 1e-8), m, v


def adam_step_in_a_loop(p, g, m, v, t, lr):
    p, m, v = (np.array(array, dtype=float) for array in (p, m, v))
    for place in np.ndindex(p.shape):
        m[place] += (g[place] - m[place]) / 10
        v[place] += (g[place] * g[place] - v[place]) / 1000
        size = (v[place] / (1 - 0.999**t)) ** 0.5
        p[place] -= lr * m[place] / (1 - 0.9**t) / (size + 1e-8)
    return p, m, v


def adam_step_with_plain_numbers(p, g, m, v, t, lr):
    m, v = 0.9 * m + (1 - 0.9) * g, 0.999 * v + (1 - 0.999) * g * g
    correction = np.sqrt(1 - 0.999**t)
    rate = lr * correction / (1 - 0.9**t)
    return p - rate * m / (np.sqrt(v) + 1e-8 * correction), m, v


def adam_with(
    p,
    g,
    m,
    v,
    t,
    lr,
    beta1=0.9,
    beta2=0.999,
    share1=None,
    share2=None,
    square=np.square,
    correct=lambda average, beta, t: average / (1 - beta**t),
    divide=lambda m_hat, v_hat: m_hat / (np.sqrt(v_hat) + 1e-8),
    remember=lambda average, corrected: average,
):
    """adam_step with some of its parts exchanged, for the mistakes below."""
    m = beta1 * m + (1 - beta1 if share1 is None else share1) * g
    v = beta2 * v + (1 - beta2 if share2 is None else share2) * square(g)
    m_hat, v_hat = correct(m, beta1, t), correct(v, beta2, t)
    return p - lr * divide(m_hat, v_hat), remember(m, m_hat), remember(v, v_hat)


def case_of_adam(rng):
    shape = tuple(rng.integers(1, 4, size=rng.integers(1, 3)))
    return (
        rng.normal(0, 2, shape).round(2),
        rng.normal(0, 2, shape).round(2),
        rng.normal(0, 1, shape).round(3),
        rng.uniform(0.01, 1, shape).round(3),
        int(rng.integers(2, 30)),
        round(rng.uniform(0.01, 0.5), 3),
    )


adam_exercise = Exercise(
    id="09.2",
    title="One step of Adam",
    points=3,
    minutes=12,
    difficulty="medium",
    name="adam_step",
    reference=adam_step,
    shown=True,
    alternatives=(adam_step_in_a_loop, adam_step_with_plain_numbers),
    fixed=(
        (np.array([4.0, 3.0]), np.array([8.0, 18.0]), np.zeros(2), np.zeros(2), 1, 0.1),
        (
            np.array([3.9, 2.9]),
            np.array([7.8, -17.4]),
            np.array([0.8, 1.8]),
            np.array([0.064, 0.324]),
            2,
            0.1,
        ),
        (np.array([1.0, 2.0]), np.array([0.0, 1.0]), np.zeros(2), np.zeros(2), 1, 0.1),
        (np.array([1.0]), np.array([1e-7]), np.zeros(1), np.zeros(1), 1, 0.5),
        (np.array([2.0, -1.0]), np.array([2e-7, -1e-6]), np.zeros(2), np.zeros(2), 1, 0.2),
    ),
    random=case_of_adam,
    rtol=1e-9,
    hints=(
        "Five lines, one for each formula of the lesson: m, v, m̂, v̂, p. The loop is not yours "
        "today: t, the old m and the old v come in as arguments.",
        "m takes a tenth of the new gradient, v a thousandth of its square. Then divide m by "
        "1 − 0.9 to the power of t, and v in the same way with 0.999.",
        "The step is lr · m̂ / (√v̂ + 1e-8), with the 1e-8 outside of the root. Return the new p "
        "and the averages m and v as they are without the hat.",
    ),
)


@adam_exercise.mistake
def no_correction(*case):
    """m and v are right, and used as they are. Both start at 0 and are too small at first:
    divide them by 1 − βᵗ before the step.
    """
    return adam_with(*case, correct=lambda average, beta, t: average)


@adam_exercise.mistake
def only_m_corrected(*case):
    """m is corrected and v is not. Both start at 0: v has to be divided by 1 − 0.999 to the
    power of t before its root is taken.
    """
    return adam_with(
        *case,
        correct=lambda average, beta, t: average / (1 - beta**t if beta == 0.9 else 1),
    )


@adam_exercise.mistake
def no_power_of_t(*case):
    """Your correction is 1 − β in every step. That is right at t = 1 only, and so a test of one
    step does not find it. β has to be taken to the power of t.
    """
    return adam_with(*case, correct=lambda average, beta, t: average / (1 - beta))


@adam_exercise.mistake
def t_counted_from_0(*case):
    """Your power is t − 1. Here t is 1 in the first step already, and with a power of 0 you
    divide by 1 − 1.
    """
    return adam_with(*case, correct=lambda average, beta, t: average / (1 - beta ** (t - 1)))


@adam_exercise.mistake
def times_t_in_place_of_to_the_power_of_t(*case):
    """`beta * t` is a product. The formula has β to the power of t, `beta**t` in Python."""
    return adam_with(*case, correct=lambda average, beta, t: average / (1 - beta * t))


@adam_exercise.mistake
def the_betas_exchanged(*case):
    """0.9 belongs to the gradients (m), 0.999 to their squares (v). You have them the other way
    round.
    """
    return adam_with(*case, beta1=0.999, beta2=0.9)


@adam_exercise.mistake
def the_shares_exchanged(*case):
    """Your averages forget nearly all of the past in each step. β is the share of the old
    average that stays, and the new gradient gets 1 − β, that is 0.1 and 0.001.
    """
    return adam_with(
        *case, beta1=0.1, beta2=0.001, correct=lambda a, beta, t: a / (1 - (1 - beta) ** t)
    )


@adam_exercise.mistake
def gradient_not_squared(*case):
    """v is to average the squares of the gradients. Without the square, slopes of both signs
    cancel, and the root of a negative number is `nan`.
    """
    return adam_with(*case, square=lambda g: g)


@adam_exercise.mistake
def root_forgotten(*case):
    """v holds squares. Only its root is a size, with which m can be compared: then the first
    step is as long as the rate, whatever the slope.
    """
    return adam_with(*case, divide=lambda m_hat, v_hat: m_hat / (v_hat + 1e-8))


@adam_exercise.mistake("the 1e-8 inside the root")
def the_1e_8_inside_the_root(*case):
    """Inside the root 1e-8 counts as 1e-4, and slows down parameters with small slopes. The
    formula adds it to the root.
    """
    return adam_with(*case, divide=lambda m_hat, v_hat: m_hat / np.sqrt(v_hat + 1e-8))


@adam_exercise.mistake("the 1e-8 forgotten")
def the_1e_8_forgotten(*case):
    """Where a parameter has had no gradient yet, v is 0, and 0 / 0 is `nan`. The 1e-8 has to be
    added to the root *before* the division: `m_hat / (np.sqrt(v_hat) + 1e-8)`, with the brackets.
    """
    return adam_with(*case, divide=lambda m_hat, v_hat: m_hat / np.sqrt(v_hat))


@adam_exercise.mistake("the 1e-8 beside the uncorrected root")
def the_1e_8_beside_the_uncorrected_root(p, g, m, v, t, lr):
    """Nearly: you put the correction into the rate, as some programs do, and so the 1e-8 meets
    the root of v without its hat, and counts for more. The formula has √v̂ + 1e-8.
    """
    return adam_with(
        *(p, g, m, v, t, lr),
        divide=lambda m_hat, v_hat: m_hat / (np.sqrt(v_hat) + 1e-8 / np.sqrt(1 - 0.999**t)),
    )


@adam_exercise.mistake
def whole_gradients_added(*case):
    """The averages gain the whole gradient, as the velocity of momentum does. An average takes
    a share of it only: 1 − β, that is 0.1 and 0.001.
    """
    return adam_with(*case, share1=1.0, share2=1.0)


@adam_exercise.mistake
def the_hats_remembered(*case):
    """p is right. But m and v come back with the correction in them, and the next step would
    correct them again. Return them as they were before.
    """
    return adam_with(*case, remember=lambda average, corrected: corrected)


@adam_exercise.mistake
def uphill(p, g, m, v, t, lr):
    """The step was added. It has to go against the slope."""
    return adam_with(p, g, m, v, t, -lr)


# 09.3 ------------------------------------------------------------- find the bug


def roll(params, gradients, lr, mu):
    # a velocity for each parameter, of its shape: [array] * n would be one array, n times
    velocities = [np.zeros_like(p) for p in params]
    for step in gradients:
        velocities = [mu * v + g for v, g in zip(velocities, step, strict=True)]
        params = [p - lr * v for p, v in zip(params, velocities, strict=True)]
    return params


def roll_in_place(params, gradients, lr, mu):
    return roll_into([np.zeros(p.shape) for p in params], params, gradients, lr, mu)


def roll_into(velocities, params, gradients, lr, mu):
    """roll with these arrays for the velocities, changed in place."""
    params = [np.array(p, dtype=float) for p in params]
    for step in gradients:
        for p, v, g in zip(params, velocities, step, strict=True):
            v *= mu
            v += g
            p -= lr * v
    return params


def roll_with_the_rate_in_the_velocity(params, gradients, lr, mu):
    after = []
    for i, p in enumerate(params):
        velocity = 0.0
        for step in gradients:
            velocity = mu * velocity + lr * step[i]
            p = p - velocity
        after.append(p)
    return after


def roll_with_nnlib(params, gradients, lr, mu):
    params = [nn.Parameter(p, np.float64) for p in params]
    optimizer = optim.SGD(params, lr=lr, momentum=mu)
    for step in gradients:
        for p, g in zip(params, step, strict=True):
            p.grad = g
        optimizer.step()
    return [p.data for p in params]


def roll_with(params, gradients, lr, mu, faster=lambda v, g, mu: mu * v + g, late=False):
    """roll with another rule for the velocity, for the mistakes below."""
    velocities = [np.zeros_like(p) for p in params]
    for step in gradients:
        before = velocities
        velocities = [faster(v, g, mu) for v, g in zip(velocities, step, strict=True)]
        used = before if late else velocities
        params = [p - lr * v for p, v in zip(params, used, strict=True)]
    return params


def case_of_roll(rng):
    first = tuple(rng.integers(1, 4, size=2))
    shapes = [first, first, tuple(rng.integers(1, 4, size=1))][: rng.integers(2, 4)]
    steps = int(rng.integers(2, 6))
    return (
        [rng.normal(0, 2, shape).round(2) for shape in shapes],
        [[rng.normal(0, 2, shape).round(2) for shape in shapes] for _ in range(steps)],
        round(rng.uniform(0.05, 0.5), 2),
        round(rng.uniform(0.3, 0.95), 2),
    )


roll_exercise = Exercise(
    id="09.3",
    title="The velocity that belongs to everybody",
    points=3,
    minutes=12,
    difficulty="hard",
    name="roll",
    reference=roll,
    shown=True,
    alternatives=(roll_in_place, roll_with_the_rate_in_the_velocity, roll_with_nnlib),
    fixed=(
        ([np.array([1.0]), np.array([1.0])], [[np.array([2.0]), np.array([0.0])]], 0.1, 0.9),
        ([np.array([4.0, 3.0])], [[np.array([8.0, 18.0])], [np.array([6.4, 7.2])]], 0.1, 0.5),
        (
            [np.array([1.0, 2.0]), np.array([3.0, 4.0])],
            [[np.array([1.0, 0.0]), np.array([0.0, 1.0])]] * 3,
            0.5,
            0.5,
        ),
        (
            [np.array([1.0, 2.0]), np.array([[4.0]]), np.array([3.0])],
            [[np.array([1.0, -1.0]), np.array([[2.0]]), np.array([1.0])]] * 2,
            0.2,
            0.5,
        ),
        (
            [np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0])],
            [[np.array([[1.0, 1.0], [0.0, -1.0]]), np.array([2.0])]] * 2,
            0.1,
            0.9,
        ),
    ),
    random=case_of_roll,
    hints=(
        "With one parameter the function is right. What do two parameters have in common here that "
        "they should not?",
        "`[array] * 2` makes a list in which the same array stands twice, not two arrays. "
        "`v += g` then changes “both”.",
        "Make the velocities with a list comprehension, a new array of zeros for each p in "
        "params, shaped like that p. The loop may stay as it is.",
    ),
    equivalent_mutants={
        "line 5: True -> False": "the lists are equally long",
        "line 6: True -> False": "the lists are equally long",
    },
)


@roll_exercise.mistake("nothing was changed")
def shared_velocity(params, gradients, lr, mu):
    """All parameters still share one velocity, and what one of them adds, the others get. (A list
    like `[array] * n` holds the same array n times.)
    """
    return roll_into([np.zeros_like(params[0])] * len(params), params, gradients, lr, mu)


@roll_exercise.mistake("one shape for all")
def roll_with_one_shape(params, gradients, lr, mu):
    """Each parameter has a velocity of its own now, but all of them have the shape of
    `params[0]`. A velocity is shaped like its own parameter.
    """
    return roll_into([np.zeros_like(params[0]) for _ in params], params, gradients, lr, mu)


@roll_exercise.mistake
def nothing_moves(params, gradients, lr, mu):
    """The parameters came back as they were. In a loop over lists, `p = p - lr * v` gives a new
    array the name p, and leaves the list as it was. Change the array itself, as `p -= lr *
    v` does, or put the new array into the list.
    """
    return params


@roll_exercise.mistake
def the_memory_is_lost(params, gradients, lr, mu):
    """This is what plain SGD does: what came in earlier steps has no effect on a later one. The
    velocities are made once, before the loop, and each step uses and changes them. Mind that
    `v = mu * v + g` in a loop over a list gives a new array a name, and leaves the list as it
    was; `v *= mu` changes the array in the list.
    """
    return roll_with(params, gradients, lr, mu, faster=lambda v, g, mu: g)


@roll_exercise.mistake("one step only")
def roll_one_step_only(params, gradients, lr, mu):
    """Only the first step was made: does the `return` stand inside the loop?"""
    return roll(params, gradients[:1], lr, mu)


@roll_exercise.mistake("one array for all parameters")
def one_array_for_all_parameters(params, gradients, lr, mu):
    """`np.array(params)` makes one table of all parameters, and parameters have different
    shapes. Keep them in a list, each with a velocity of its own shape.
    """
    return list(roll([np.array(params)], [[np.array(step)] for step in gradients], lr, mu)[0])


@roll_exercise.mistake
def step_before_the_velocity(params, gradients, lr, mu):
    """Each parameter moves with the velocity of the step before, and in the first step not at
    all. First the velocity takes in the gradient, then the parameter moves.
    """
    return roll_with(params, gradients, lr, mu, late=True)


@roll_exercise.mistake
def an_average(params, gradients, lr, mu):
    """Each parameter has its own velocity now. But it gains only the share 1 − μ of the
    gradient, as Adam's m does. Momentum takes in the whole gradient.
    """
    return roll_with(params, gradients, lr, mu, faster=lambda v, g, mu: mu * v + (1 - mu) * g)


@roll_exercise.mistake
def the_gradient_fades_too(params, gradients, lr, mu):
    """Each parameter has its own velocity now. But μ is multiplied after the gradient came in.
    Only the old velocity loses: first μ, then the gradient.
    """
    return roll_with(params, gradients, lr, mu, faster=lambda v, g, mu: mu * (v + g))


@roll_exercise.mistake
def nothing_fades(params, gradients, lr, mu):
    """Each parameter has its own velocity now. But it never loses anything: where is μ?"""
    return roll_with(params, gradients, lr, mu, faster=lambda v, g, mu: v + g)


@roll_exercise.mistake
def the_rate_twice(params, gradients, lr, mu):
    """The learning rate is in the velocity and in the step. Once is enough."""
    return roll(params, gradients, lr**2, mu)


@roll_exercise.mistake("uphill")
def uphill_09_3(params, gradients, lr, mu):
    """The velocity is added to the parameter, and it goes up the slope. It is taken away."""
    return roll(params, gradients, -lr, mu)


# 09.4 ------------------------------------------------------------- choose by measurement

TARGET = 0.01


def judge_runner(arguments, runner):
    if len(runner) != 3:
        return f"Three things are wanted, [name, lr, mu]; there are {len(runner)}."
    name, lr, mu = runner
    if name not in given.RUNNERS:
        return f"{name!r} is not one of the runners. Choose from {', '.join(given.RUNNERS)}."
    if not (0 < lr < np.inf and 0 <= mu < 1):
        return f"The rate has to be above 0, and mu from 0 up to 1, without the 1; got {lr}, {mu}."
    loss = given.race_on_a_line(name, lr, mu)
    if loss >= TARGET:
        ended = "it runs away" if diverges(runner) else f"the loss is still {loss:.4g}"
        return f"After 60 steps {ended}, and it has to be below {TARGET}."
    return None


def diverges(runner):
    return not given.race_on_a_line(*runner) < 1000


def swings(runner):
    """Whether a little less μ does better at the same rate: then it is not for lack of speed."""
    name, lr, mu = runner
    return given.race_on_a_line(name, lr, max(mu - 0.05, 0)) < given.race_on_a_line(*runner)


def is_slow(runner):
    """Whether a little more of the rate does better."""
    name, lr, mu = runner
    return given.race_on_a_line(name, 1.1 * lr, mu) < given.race_on_a_line(*runner)


runner_exercise = Exercise(
    id="09.4",
    title="A race of your own",
    points=3,
    minutes=15,
    difficulty="medium",
    name="runner",
    reference=lambda: ["momentum", 0.035, 0.7],
    alternatives=(lambda: ("momentum", 0.03, 0.75), lambda: ["Adam", 2.0, 0.6]),
    judge=judge_runner,
    hints=(
        "Search each runner's rate in factors of about 3, from 0.001 up to 3. Note where SGD "
        "begins to run away, and how low it gets just before that.",
        "SGD gets as far as its rate allows, and its loss is then still above 1: the flat "
        "direction pays. Which idea of the lesson helps in a long valley?",
        "Momentum with μ = 0.9 still swings after 60 steps, and with 0.5 it is slow. Try values "
        "between, at rates from 0.02 to 0.05.",
    ),
)


@runner_exercise.mistake(
    seen=lambda arguments, runner: runner[0] in ("SGD", "momentum") and diverges(runner)
)
def runs_away():
    """The rate is too large for the steep direction: each step lands further away, on the other
    side. Go down in factors of 3.
    """
    return ["SGD", 0.1, 0.9]


@runner_exercise.mistake(seen=lambda arguments, runner: runner[0] == "SGD" and not diverges(runner))
def the_flat_direction_pays():
    """Plain SGD does not get there in 60 steps, at any rate: the steep direction limits how
    large it can be, and then it crawls in the flat one.
    """
    return ["SGD", 0.025, 0.9]


@runner_exercise.mistake(
    seen=lambda arguments, runner: (
        runner[0] == "momentum" and swings(runner) and not diverges(runner)
    )
)
def still_swinging():
    """With this μ the ball keeps so much velocity that it still swings after 60 steps. A
    smaller μ calms it down.
    """
    return ["momentum", 0.03, 0.9]


@runner_exercise.mistake(
    "too little momentum, or too small a rate",
    seen=lambda arguments, runner: (
        runner[0] == "momentum"
        and is_slow(runner)
        and not swings(runner)
        and TARGET <= given.race_on_a_line(*runner) < 1000
    ),
)
def too_little_momentum_or_too_small_a_rate():
    """The right idea, and on its way, but too slow for 60 steps. Give it more of one: a larger
    μ (below 0.9), or a larger rate.
    """
    return ["momentum", 0.02, 0.5]


@runner_exercise.mistake(
    seen=lambda arguments, runner: 0 < runner[1] < {"Adam": 0.8, "RMSProp": 0.1}.get(runner[0], 0)
)
def a_habit_in_place_of_a_search():
    """For Adam and RMSProp the rate is about the length of a step. With steps this small they
    are still on their way after 60, or have only just arrived. Search further up.
    """
    return ["Adam", 0.001, 0.9]


@runner_exercise.mistake(
    "Adam with too long a memory",
    seen=lambda arguments, runner: runner[0] == "Adam" and runner[1] >= 0.8 and runner[2] >= 0.85,
)
def adam_with_too_long_a_memory():
    """A good length of step, but with this β₁ Adam swings about the lowest point, as momentum
    does with a large μ.
    """
    return ["Adam", 1.0, 0.9]


@runner_exercise.mistake(seen=lambda arguments, runner: runner[0] == "RMSProp" and runner[1] >= 0.1)
def the_axes_do_not_fit():
    """RMSProp measures w and b one by one. That helps, but this valley lies across both, like the
    tilted valley of the lesson, and at no rate does RMSProp get below 0.01 in 60 steps.
    """
    return ["RMSProp", 0.5, 0.9]


EXERCISES = (rolled_exercise, adam_exercise, roll_exercise, runner_exercise)
