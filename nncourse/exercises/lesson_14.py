"""Exercises for lesson 14: a fair rival, the winner's number, a race, and the small capstone."""

import functools
import itertools

import numpy as np

import nnlib
from nncourse.exercises.given import lesson_14 as given
from nncourse.judging import timelimit
from nncourse.judging.exercise import Exercise
from nnlib import nn, optim
from nnlib.data import ArrayDataset, DataLoader, to_float
from nnlib.nn.functional import sigmoid
from nnlib.random import generator
from nnlib.training import fit

TITLE = "Choosing an architecture"


# 14.1 ------------------------------------------------------------- write a function


def fair_width(inputs, outputs, depth, budget):
    width = 1
    while parameters_of([inputs] + depth * [width] + [outputs]) <= budget:
        width += 1
    return width - 1


def parameters_of(sizes):
    return sum(a * b + b for a, b in itertools.pairwise(sizes))


def fair_width_by_formula(inputs, outputs, depth, budget):
    """The parameters are (depth - 1) w² + (inputs + depth + outputs) w + outputs."""
    a, b, c = depth - 1, inputs + depth + outputs, outputs - budget
    if c > 0:
        return 0
    width = -c / b if a == 0 else (-b + (b * b - 4 * a * c) ** 0.5) / (2 * a)
    return int(width + 1e-9)


def fair_width_by_halving(inputs, outputs, depth, budget):
    fits, too_wide = 0, budget + 1
    while too_wide - fits > 1:
        width = (fits + too_wide) // 2
        parameters = (inputs + 1) * width + (depth - 1) * (width + 1) * width
        parameters += (width + 1) * outputs
        if parameters <= budget:
            fits = width
        else:
            too_wide = width
    return fits


def widest(costs, budget):
    """The largest width whose costs(width) are within the budget, for the mistakes below."""
    return next(width - 1 for width in itertools.count(1) if costs(width) > budget)


fair_width_exercise = Exercise(
    id="14.1",
    title="A fair rival",
    points=3,
    minutes=10,
    difficulty="medium",
    name="fair_width",
    reference=fair_width,
    alternatives=(fair_width_by_formula, fair_width_by_halving),
    fixed=(
        (784, 10, 2, 70_100),
        (784, 10, 1, 25_450),  # 32 neurons need exactly that
        (784, 10, 1, 25_449),
        (2, 1, 1, 13),
        (4, 3, 4, 200),
        (784, 10, 1, 500),
        (3, 1, 2, 7),
        (3, 10, 1, 5),
    ),
    random=lambda rng: (
        int(rng.integers(2, 60)),
        int(rng.integers(1, 12)),
        int(rng.integers(1, 6)),
        int(rng.integers(100, 6_000)),
    ),
    seconds=2.0,
    hints=(
        "You need not solve anything. Try the widths 1, 2, 3, and so on, and count the parameters "
        "of each network.",
        "From a width to a list of sizes: `[inputs] + depth * [width] + [outputs]`. The lesson's "
        "`count` shows how to go from the list to the parameters.",
        "Stop at the first width that costs *more* than the budget. The one before it is the "
        "answer, also if that is 0.",
    ),
)


@fair_width_exercise.mistake("biases forgotten")
def without_biases(inputs, outputs, depth, budget):
    """These are the multiplications: all weights, but no bias. A layer from a to b neurons has
    a · b + b parameters.
    """
    return widest(
        lambda w: sum(a * b for a, b in itertools.pairwise([inputs, *[w] * depth, outputs])),
        budget,
    )


@fair_width_exercise.mistake("a bias for each input of a layer")
def biases_of_the_inputs(inputs, outputs, depth, budget):
    """Biases belong to the neurons that a layer *has*, not to those it listens to: b of them,
    not a.
    """
    return widest(
        lambda w: sum(a * b + a for a, b in itertools.pairwise([inputs, *[w] * depth, outputs])),
        budget,
    )


@fair_width_exercise.mistake("one too wide")
def first_too_wide(inputs, outputs, depth, budget):
    """That is the first width that no longer fits. The exercise asks for the last one that does."""
    return fair_width(inputs, outputs, depth, budget) + 1


@fair_width_exercise.mistake
def budget_not_used_up(inputs, outputs, depth, budget):
    """Nearly always right. But a network with exactly as many parameters as the budget is
    allowed: stop when it costs *more*.
    """
    return fair_width(inputs, outputs, depth, budget - 1)


@fair_width_exercise.mistake
def one_hidden_layer_too_many(inputs, outputs, depth, budget):
    """Your network has a hidden layer too many. With `depth` hidden layers only depth − 1 of
    the steps lead from one hidden layer to another.
    """
    return fair_width(inputs, outputs, depth + 1, budget)


@fair_width_exercise.mistake
def output_layer_left_out(inputs, outputs, depth, budget):
    """The step from the last hidden layer to the outputs has weights and biases, too."""
    return widest(lambda w: parameters_of([inputs] + depth * [w]), budget)


@fair_width_exercise.mistake
def always_one_hidden_layer(inputs, outputs, depth, budget):
    """Right for a depth of 1. With more hidden layers there are width · width weights between
    each two of them.
    """
    return fair_width(inputs, outputs, 1, budget)


# 14.2 ------------------------------------------------------------- find the bug


def honest_choice(validation, test):
    # the test table has no say in the choice, and luck over the seeds evens out
    best = validation.mean(axis=1).argmax()
    return best, test[best].mean()


def honest_choice_in_a_loop(validation, test):
    means = [sum(row) / len(row) for row in validation]
    best = means.index(max(means))
    return best, sum(test[best]) / len(test[best])


def honest_choice_by_sorting(validation, test):
    best = int(np.argsort(validation.sum(axis=1))[-1])
    return best, float(np.average(test, axis=1)[best])


def announce(validation, test, choose_by=None, announced=None, over_seeds=np.mean):
    chosen_by = over_seeds(validation if choose_by is None else choose_by, axis=1)
    best = chosen_by.argmax()
    return best, (np.mean if announced is None else announced)(test[best])


def case_of_choice(rng):
    networks, seeds = int(rng.integers(3, 7)), int(rng.integers(2, 6))
    quality = rng.uniform(92, 94, size=(networks, 1))
    return tuple((quality + rng.normal(0, 0.7, size=(networks, seeds))).round(6) for _ in range(2))


TABLE = np.array([[93.0, 93.4], [94.0, 94.2], [93.1, 95.0]])
TEST_TABLE = np.array([[92.9, 93.1], [93.8, 94.0], [95.2, 92.2]])

choice_exercise = Exercise(
    id="14.2",
    title="The winner announces a number",
    points=3,
    minutes=10,
    difficulty="medium",
    name="honest_choice",
    quantity=False,  # a row number is one of the two results
    reference=honest_choice,
    shown=True,
    alternatives=(honest_choice_in_a_loop, honest_choice_by_sorting),
    equivalent_mutants={
        "line 3: validation.mean -> validation.sum": "all rows are equally long",
    },
    fixed=(
        (TABLE, TEST_TABLE),
        (np.array([[90.0, 91.0], [93.0, 95.0]]), np.array([[96.0, 97.0], [92.0, 93.0]])),
        (
            np.array(
                [[93.2, 93.3, 93.4, 93.3], [92.0, 92.4, 92.5, 95.1], [93.0, 93.1, 92.6, 92.8]]
            ),
            np.array(
                [[93.0, 93.6, 93.1, 92.9], [92.3, 92.2, 92.6, 92.1], [93.9, 94.1, 94.0, 93.8]]
            ),
        ),
        (np.array([[93.0]]), np.array([[92.0]])),
    ),
    random=case_of_choice,
    hints=(
        "There are two tables, one to choose by and one that takes no part in the choice. Which "
        "of them does the function look at, and how often?",
        "Choosing is done on the validation table alone. And a network is as good as it is *on "
        "average* over its seeds, not as its luckiest seed.",
        "First the row whose validation mean is largest. Then the mean of the test table's row "
        "with the same number. `mean(axis=1)` takes the mean of every row.",
    ),
)


@choice_exercise.mistake("nothing was changed")
def their_choice(validation, test):
    """This still chooses on the test table, and announces its luckiest number."""
    best = test.max(axis=1).argmax()
    return best, test[best].max()


@choice_exercise.mistake
def chosen_on_the_test_set(validation, test):
    """Means in place of lucky seeds: good. But the row is still chosen on the test table, so
    its test number is no longer honest. Choose on the validation table.
    """
    return announce(validation, test, choose_by=test)


@choice_exercise.mistake("rows counted from 1")
def rows_counted_from_1(validation, test):
    """The right network and the right number. But the rows are counted from 0, as Python does."""
    return announce(validation, test)[0] + 1, announce(validation, test)[1]


@choice_exercise.mistake
def the_validation_number_announced(validation, test):
    """The choice is right. But its number comes from the table it was chosen on, where the
    winner was good *and* lucky. Measure the chosen one on the test table.
    """
    return announce(validation, validation)


@choice_exercise.mistake
def chosen_by_the_luckiest_seed(validation, test):
    """A single good seed decides your choice. The more seeds a network gets, the luckier its
    best one is; the mean does not have this fault.
    """
    return announce(validation, test, over_seeds=np.max)


@choice_exercise.mistake
def the_luckiest_seed_announced(validation, test):
    """The right network is chosen, and then its best seed is announced. Anyone who trains it again
    gets the mean, more or less.
    """
    return announce(validation, test, announced=np.max)


@choice_exercise.mistake
def best_of_both(validation, test):
    """The right network is chosen. But the number is the largest test mean of *any* network;
    take that of the row you have chosen.
    """
    return (
        announce(validation, test)[0],
        announce(validation, test, choose_by=test)[1],
    )


@choice_exercise.mistake
def seeds_and_networks_exchanged(validation, test):
    """You take the mean over the networks and choose a seed. The rows are the networks: the
    mean has to run along each row.
    """
    return (
        validation.mean(axis=0).argmax(),
        test[validation.mean(axis=0).argmax()].mean(),
    )


# 14.3 ------------------------------------------------------------- choose by measurement

FINISH = 92.5


def judge_racer(arguments, racer):
    racer = np.asarray(racer).tolist()
    if any(isinstance(size, str) for size in racer):
        return "The sizes are text. Write whole numbers, without quotes: [784, 32, 10]."
    if racer[0] != 784 or racer[-1] != 10:
        return "The list has to begin with the 784 pixels and to end with the 10 digits."
    if len(racer) > 8 or not all(type(size) is int and 1 <= size <= 1_000 for size in racer):
        return "At most 8 sizes can take part, all of them whole numbers from 1 to 1,000."
    reached = given.race(tuple(racer))
    if reached < FINISH:
        drawn = "-".join(map(str, racer))
        return f"{drawn} reaches {reached:.2f}% in the race, and {FINISH}% is wanted."
    return None


racer_exercise = Exercise(
    id="14.3",
    title="The race: compare architectures",
    points=3,
    minutes=15,
    difficulty="medium",
    name="racer",
    reference=lambda: [784, 20, 96, 10],
    alternatives=(lambda: (784, 24, 48, 10), lambda: [784, 28, 64, 32, 10]),
    judge=judge_racer,
    hints=(
        "Everybody may do the same work. So a large network sees few images: how many does "
        "784-256-64-10 see, and how many does 784-8-10?",
        "Race one hidden layer with 4, 8, 16, 32, 64 and 128 neurons, and write down what each "
        "reaches. On which side does it suffer from what it cannot say, on which from hurry?",
        "One hidden layer gets to about 92% at best, with 24 to 64 neurons. After a first layer "
        "that narrow a second one is cheap, even a wide one: make it two to five times as wide.",
    ),
)


@racer_exercise.mistake(seen=lambda arguments, racer: racer[0] == 784 and racer[1] >= 100)
def too_large_for_the_budget():
    """A fine network, but each image costs it so much work that it sees about ten thousand of
    them, or fewer, before the budget is used up. It is the first layer that costs.
    """
    return [784, 256, 64, 10]


@racer_exercise.mistake(
    seen=lambda arguments, racer: len(racer) > 2 and racer[0] == 784 and racer[1] <= 11
)
def too_narrow_at_the_entrance():
    """It sees very many images, and pushes each of them through so few numbers that most of the
    image is lost. What the first layer throws away, no later one brings back.
    """
    return [784, 4, 10]


@racer_exercise.mistake(seen=lambda arguments, racer: list(racer) == [784, 10])
def no_hidden_layer():
    """Not bad at all: a good baseline, the one to beat. But one straight line for each digit is
    all that it can say.
    """
    return [784, 10]


@racer_exercise.mistake(seen=lambda arguments, racer: racer[1] > 11 and min(racer[2:-1]) < 10)
def a_thin_place_further_on():
    """The first layer is of a good width, but after it comes a layer so thin that what the
    first one found does not get through.
    """
    return [784, 32, 3, 10]


@racer_exercise.mistake(seen=lambda arguments, racer: len(racer) == 3 and 11 < racer[1] < 100)
def one_hidden_layer():
    """With one hidden layer it ends near 92%, whatever its width. There is room for a second one:
    after 24 neurons, 48 more cost 24 · 48 multiplications, and the first layer costs 784 · 24.
    """
    return [784, 32, 10]


@racer_exercise.mistake(
    seen=lambda arguments, racer: (
        len(racer) == 4 and 11 < racer[1] < 100 and 10 <= racer[2] <= racer[1]
    )
)
def second_layer_no_wider():
    """Two hidden layers, the first of a good width. The second one is no wider than the first,
    as in the funnel that most tutorials draw. Here width is cheap in the second layer.
    """
    return [784, 24, 16, 10]


@racer_exercise.mistake(
    seen=lambda arguments, racer: len(racer) > 5 and 11 < min(racer[1:-1]) <= 100
)
def deeper_than_it_can_learn_in_this_time():
    """So many layers *can* say more. But they learn slowly, and the race is short. Lesson 14
    found the same: one or two hidden layers are enough here.
    """
    return [784, 16, 16, 16, 16, 16, 16, 10]


@racer_exercise.mistake(
    seen=lambda arguments, racer: (
        racer[0] != 784 and racer[-1] != 10 and all(isinstance(size, int) for size in racer)
    )
)
def hidden_layers_only():
    """Write the whole list, as the lesson does: it begins with 784, ends with 10, and the
    hidden layers are in between.
    """
    return [24, 48]


# 14.4 ------------------------------------------------------------- the small capstone

MOST_NUMBERS, GOAL, SECONDS = 20_000, 92.0, 3


def shifted(images):
    """Each image moved by -1, 0 or 1 pixel, down and to the right, then to 0 ... 1."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    down, right = generator.integers(0, 3, (2, len(images)))
    moved = np.empty_like(images)
    for d, r in np.ndindex(3, 3):
        those = (down == d) & (right == r)
        moved[those] = padded[those, d : d + 28, r : r + 28]
    return to_float(moved)


def train_small(images, labels, sizes, epochs, peak, transform=shifted, **more):
    smoothing, seed, activation = (
        more.get(name, usual)
        for name, usual in (("smoothing", 0.0), ("seed", 0), ("activation", nn.ReLU))
    )
    nnlib.manual_seed(seed)
    layers = [nn.Flatten()]
    for a, b in itertools.pairwise(sizes):
        layers += [nn.Linear(a, b), activation()]
    model = nn.Sequential(*layers[:-1])
    loader = DataLoader(ArrayDataset(images, labels, transform=transform), 64, shuffle=True)
    optimizer = optim.Adam(model.parameters(), lr=peak)
    steps = epochs * len(loader)
    cycle = optim.lr_scheduler.OneCycleLR(optimizer, peak, steps, cycle_momentum=False)
    loss_fn = nn.CrossEntropyLoss(label_smoothing=smoothing)
    fit(model, loss_fn, optimizer, loader, max_epochs=epochs, scheduler=cycle, progress=False)
    return [parameter.data for parameter in model.parameters()]


def my_reader(images, labels):
    return train_small(images, labels, (784, 22, 64, 10), epochs=20, peak=0.01)


def my_reader_with_one_hidden_layer(images, labels):
    return train_small(images, labels, (784, 25, 10), epochs=16, peak=0.01, seed=1)


def my_reader_with_smoothing(images, labels):
    return train_small(images, labels, (784, 22, 48, 10), epochs=14, peak=0.01, smoothing=0.05)


@functools.cache
def ordinary_reader():
    """A reader of digits that stand upright."""
    return my_reader(*given.capstone_digits(0))


def random_numbers(*sizes):
    rng = np.random.default_rng(0)
    return [
        array
        for a, b in itertools.pairwise(sizes)
        for array in (rng.normal(0, a**-0.5, (b, a)), np.zeros(b))
    ]


def why_no_network(arrays):
    """None for a list W1, b1, W2, b2, ... of an MLP from 784 to 10, else a sentence."""
    if arrays is None:
        return "The answer gave None: is a `return` missing?"
    if not isinstance(arrays, list | tuple) or not all(isinstance(a, np.ndarray) for a in arrays):
        return "A list of arrays is wanted: W1, b1, W2, b2, and so on."
    if len(arrays) < 2 or len(arrays) % 2:
        return f"Weights and biases come in pairs; there are {len(arrays)} arrays."
    size = 784
    for layer, (w, b) in enumerate(zip(arrays[::2], arrays[1::2], strict=True), 1):
        if w.ndim != 2 or w.shape[1] != size:
            shape = f"(neurons, {size})"
            return f"The weights of layer {layer} have the shape {w.shape}, expected {shape}."
        size = len(w)
        if b.shape != (size,):
            return f"The biases of layer {layer} have the shape {b.shape}, expected ({size},)."
    return None if size == 10 else f"The last layer has {size} neurons, expected 10."


def percent_right(arrays, x, labels, activation=lambda z: np.maximum(z, 0)):
    arrays = [np.asarray(array, np.float32) for array in arrays]
    for w, b in zip(arrays[:-2:2], arrays[1:-2:2], strict=True):
        x = activation(x @ w.T + b)
    answers = (x @ arrays[-2].T + arrays[-1]).argmax(axis=1)
    return 100 * float(np.mean(answers == labels))


@functools.cache
def other_digits(turned):
    """The 10,000 test images, float32 (10000, 784), and their labels, which no answer gets."""
    images, labels = given.all_digits()[1]
    return given.scaled(given.turn(images, turned).reshape(-1, 784)), labels


def on_others(arrays, turned):
    return percent_right(arrays, *other_digits(turned))


def on_its_own(case, arrays, scale=1.0, **activation):
    """% right on the images that it was trained with, their pixels multiplied by scale."""
    start, _, turned = case
    images, labels = given.capstone_digits(start, turned)
    x = given.scaled(images.reshape(-1, 784)) * np.float32(scale)
    return percent_right(arrays, x, labels, **activation)


def gain(case, arrays, scale=1.0, **activation):
    """How much better it reads its images, in percentage points, than from 0 to 1 with ReLU."""
    return on_its_own(case, arrays, scale, **activation) - on_its_own(case, arrays)


def numbers_in(arrays):
    return sum(np.size(array) for array in arrays)


def judge_reader(arguments, result):
    arrays = result["network"]
    complaint = why_no_network(arrays)
    if complaint:
        return complaint
    if numbers_in(arrays) > MOST_NUMBERS:
        return f"It has {numbers_in(arrays):,} numbers, and {MOST_NUMBERS:,} are allowed."
    if not all(np.isfinite(array).all() for array in arrays):
        return "Some of its numbers are not finite: the training ran away."
    seconds = result["seconds"]
    if seconds > SECONDS and seconds > SECONDS * timelimit.slowness():
        return f"The training took {seconds:.1f} s of computing, {SECONDS} s are allowed."
    if not result["again"]:
        return (
            "Called twice with the same images, it gives two different networks, so a good result "
            "may be luck. Begin with `nnlib.manual_seed(0)`, and make the network inside the "
            "function: then everybody gets the same one."
        )
    reached = on_others(arrays, arguments[2])
    margin = 2 * (reached * (100 - reached) / 10_000) ** 0.5
    if reached - margin < GOAL:
        return (
            f"It reads {reached:.2f}% of 10,000 other images. Minus its margin of {margin:.2f} "
            f"that is {reached - margin:.2f}%, and {GOAL:.0f}% is wanted."
        )
    return None


def seen_when(condition):
    """A seen() for networks of the right form and size: condition(arguments, arrays)."""

    def seen(arguments, result):
        arrays = result["network"]
        if why_no_network(arrays) or numbers_in(arrays) > MOST_NUMBERS:
            return False
        return condition(arguments, arrays)

    return seen


reader_exercise = Exercise(
    id="14.4",
    title="The capstone in small",
    points=4,
    minutes=30,
    difficulty="hard",
    name="my_reader",
    reference=my_reader,
    alternatives=(my_reader_with_one_hidden_layer, my_reader_with_smoothing),
    driver=given.train_on_digits,
    judge=judge_reader,
    fixed=((0, True, False),),
    random=lambda rng: (int(rng.integers(1, 46_000)), False, True),
    random_cases=1,
    seconds=15.0,
    hints=(
        "First make it run: any network of at most 20,000 numbers, trained as in the lesson. Then "
        "hold 800 of the 4,000 images back, and measure on them after every change you make.",
        "The training comes first, the architecture second. What did the last two steps of the "
        "lesson's ladder add? Batch normalisation is not allowed here; the others are.",
        "About 20 epochs with `OneCycleLR`, a peak of 0.01, batches of 64, and every batch "
        "`shifted` by up to a pixel: no network can learn those by heart.",
    ),
)


@reader_exercise.mistake(
    seen=lambda arguments, result: numbers_in(result["network"]) > MOST_NUMBERS
)
def too_many_numbers(images, labels):
    """The budget is 20,000 numbers, weights and biases together. The 784 pixels make the first
    layer expensive: about 25 neurons are what it may have.
    """
    return random_numbers(784, 64, 10)


@reader_exercise.mistake(seen=lambda arguments, result: result["network"][0].shape[0] == 784)
def tables_on_their_side(images, labels):
    """The weights are transposed. As in `nn.Linear`, a table has one *row* for each neuron: the
    first one has the shape (neurons, 784).
    """
    return [array.T for array in random_numbers(784, 20, 10)]


@reader_exercise.mistake(seen=seen_when(lambda case, arrays: gain(case, arrays, 255) > 10))
def pixels_not_divided(images, labels):
    """With pixels from 0 to 255 it reads far better than with pixels from 0 to 1: it was trained on
    bytes. It is judged on pixels that were divided by 255, so train it on those.
    """
    return train_small(
        images, labels, (784, 22, 10), 5, 0.003, transform=lambda x: x.astype(np.float32)
    )


@reader_exercise.mistake(seen=seen_when(lambda case, arrays: gain(case, arrays, 1 / 255) > 5))
def pixels_divided_twice(images, labels):
    """With pixels divided by 255 *twice* it reads better than with pixels from 0 to 1: so it was
    trained on those. `shifted` and `to_float` divide already.
    """
    return train_small(
        images, labels, (784, 22, 10), 8, 0.01, transform=lambda x: given.scaled(x) / 255
    )


@reader_exercise.mistake(
    seen=seen_when(
        lambda case, arrays: (
            max(gain(case, arrays, activation=one) for one in (np.tanh, sigmoid)) > 10
        )
    )
)
def another_activation(images, labels):
    """With tanh or the sigmoid between its layers it reads far better than with ReLU, so that is
    what it was trained with. It is judged with ReLU; train it with ReLU.
    """
    return train_small(images, labels, (784, 24, 24, 10), 8, 0.003, activation=nn.Tanh)


@reader_exercise.mistake(
    seen=lambda arguments, result: (
        (on_others(result["network"], True) < 60)
        if arguments[2]
        else on_others(result["network"], False) > GOAL
    )
)
def learned_elsewhere(images, labels):
    """It reads ordinary digits, and not those that lie on their side, though it got 4,000 of them
    to learn from. So it was trained on other images. Train on `images`, in the function.
    """
    return ordinary_reader()


@reader_exercise.mistake("no hidden layer", seen=seen_when(lambda case, arrays: len(arrays) == 2))
def no_hidden_layer_14_4(images, labels):
    """There is no hidden layer: one straight line for each digit. Longer training does not help
    that. It has 7,850 numbers, and 20,000 are allowed.
    """
    return train_small(images, labels, (784, 10), 10, 0.003, transform=to_float)


@reader_exercise.mistake(seen=seen_when(lambda case, arrays: on_its_own(case, arrays) < 40))
def as_good_as_guessing(images, labels):
    """It reads fewer than 40% of its own training images. Is it trained at all, and
    are these the numbers of the *trained* network? Were its pixels from 0 to 1? Do images and
    labels still belong together after shuffling?
    """
    return random_numbers(784, 20, 10)


@reader_exercise.mistake(seen=seen_when(lambda case, arrays: 40 <= on_its_own(case, arrays) < 94))
def stopped_too_early(images, labels):
    """It does not even read its own training images well: it can still learn. Train longer, or
    with larger steps; three seconds are more than they seem. (Are its pixels from 0 to 1?)
    """
    return train_small(images, labels, (784, 24, 10), 2, 0.003, transform=to_float)


@reader_exercise.mistake(seen=seen_when(lambda case, arrays: on_its_own(case, arrays) > 98.5))
def learned_by_heart(images, labels):
    """It reads its own 4,000 images almost without an error, and others clearly worse: it has
    learned them by heart. More epochs will not help. What makes new images out of old ones?
    """
    return train_small(images, labels, (784, 20, 10), 16, 0.01, transform=to_float)


EXERCISES = (fair_width_exercise, choice_exercise, racer_exercise, reader_exercise)
