"""Exercises for lesson 12, MNIST from scratch."""

import math

import numpy as np

import nnlib
from nncourse.exercises.given import lesson_12 as given
from nncourse.judging.exercise import Exercise
from nnlib import nn, optim
from nnlib.data import ArrayDataset, DataLoader, to_float
from nnlib.nn.functional import softmax
from nnlib.pretrained import mnist_mlp
from nnlib.training import fit, predict

TITLE = "MNIST from scratch"


# 12.1 ------------------------------------------------------------- predict a number


def scatter():
    return 100 * math.sqrt(0.9 * (1 - 0.9) / 400)


scatter_exercise = Exercise(
    id="12.1",
    title="How exact is a test?",
    points=1,
    minutes=4,
    difficulty="easy",
    name="scatter",
    reference=scatter,
    rtol=0,
    atol=1e-3,
    hints=(
        "The lesson has the formula: the root of p (1 − p) / n. What are p and n here?",
        "p is 0.9 and n is 400. Under the root stands 0.09 / 400, and both roots are easy.",
        "0.3 / 20 is the share. How many percentage points is that?",
    ),
)


@scatter_exercise.mistake
def a_share_in_place_of_percentage_points():
    """The number is right as a share of all images. Asked for are percentage points: 0.01 is
    one of them.
    """
    return 0.015


@scatter_exercise.mistake
def root_not_taken():
    """That is p (1 − p) / n, the variance, in hundredths. The standard deviation is the root of
    it: take the root before you turn it into percentage points.
    """
    return 100 * 0.9 * 0.1 / 400


@scatter_exercise.mistake("divided by n, not by its root")
def divided_by_n_not_by_its_root():
    """n stands under the root as well. A test with four times as many images is only twice as
    exact.
    """
    return 100 * 0.3 / 400


@scatter_exercise.mistake
def not_divided_by_n():
    """That is the scatter of a single image, right or wrong. The mean over 400 images scatters
    much less: divide by n under the root.
    """
    return 100 * 0.3


@scatter_exercise.mistake("1 − p forgotten")
def mistake_1_p_forgotten():
    """Under the root stands p times 1 − p. A network that is always right, p = 1, would not
    scatter at all, and with your formula it does.
    """
    return 100 * math.sqrt(0.9 / 400)


@scatter_exercise.mistake
def number_of_images():
    """That is how much the *number* of right images scatters, 6 out of 400. Asked for is the
    share, in percentage points.
    """
    return math.sqrt(400 * 0.9 * 0.1)


@scatter_exercise.mistake("the lesson's 10,000 images")
def the_lesson_s_10_000_images():
    """This test has 400 images, not the 10,000 of MNIST. A small test is less exact."""
    return 100 * math.sqrt(0.9 * 0.1 / 10_000)


# 12.2 ------------------------------------------------------------- write a function


def my_read_idx(data):
    kind, axes = data[2], data[3]
    shape = np.frombuffer(data, ">u4", count=axes, offset=4)
    if kind != 8:
        raise ValueError("this is not an IDX file of bytes")
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def read_idx_axis_by_axis(data):
    axes = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(axes)]
    values = np.frombuffer(data[4 + 4 * axes :], np.uint8)
    if data[2] != 8 or values.size != math.prod(shape):
        raise ValueError("this is not an IDX file of bytes, or it is broken")
    return values.reshape(shape)


def read_idx_by_arithmetic(data):
    numbers = list(data)
    _, _, kind, axes = numbers[:4]
    del numbers[:4]
    shape = []
    for _ in range(axes):
        a, b, c, d = numbers[:4]
        shape.append(((a * 256 + b) * 256 + c) * 256 + d)
        del numbers[:4]
    if kind != 8 or len(numbers) != np.prod(shape):
        raise ValueError("no IDX file")
    return np.reshape(np.array(numbers, dtype=np.uint8), shape)


def parts_of(data, order="big", skip=None):
    """(type, shape, values) of an IDX file, read in a right or in a wrong way."""
    axes = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], order) for i in range(axes)]
    skip = 4 + 4 * axes if skip is None else skip
    return data[2], shape, np.frombuffer(data[skip:], np.uint8)


def whole(kind, shape, values):
    if kind != 8 or values.size != math.prod(shape):
        raise ValueError("broken")
    return values.reshape(shape)


def without_check_of_length(data):
    kind, shape, values = parts_of(data)
    if kind != 8:
        raise ValueError("another type")
    size = math.prod(shape)
    return np.resize(values, size).reshape(shape) if values.size < size else values[:size]


def idx(shape, values, kind=8):
    """The bytes of an IDX file, as an array of uint8."""
    lengths = b"".join(int(n).to_bytes(4, "big") for n in shape)
    head = bytes([0, 0, kind, len(shape)]) + lengths
    return np.frombuffer(head + bytes(np.asarray(values, np.uint8).tobytes()), np.uint8)


def some_file(rng):
    """One to three axes; now and then a broken one."""
    shape = rng.integers(2, 5, size=rng.integers(1, 4))
    values = rng.integers(0, 256, size=math.prod(shape.tolist()))
    broken = rng.random()
    if broken < 0.1:
        values = values[:-1]
    elif broken < 0.2:
        values = np.append(values, 7)
    return (idx(shape, values, kind=13 if 0.2 < broken < 0.3 else 8),)


read_idx_exercise = Exercise(
    id="12.2",
    title="A file, byte by byte",
    points=3,
    minutes=12,
    difficulty="medium",
    name="my_read_idx",
    reference=my_read_idx,
    alternatives=(read_idx_axis_by_axis, read_idx_by_arithmetic),
    driver=given.call_with_bytes,
    fixed=(
        (idx([4], [7, 2, 1, 0]),),
        (idx([2, 3], [0, 50, 100, 150, 200, 250]),),
        (idx([2, 3, 2], np.arange(12) * 20),),
        (idx([258], np.arange(258) % 10),),
        (idx([2, 260], np.arange(520) % 7),),
        (idx([3], [9, 9]),),
        (idx([3], [9, 9, 9, 9]),),
        (idx([3], [1, 2, 3], kind=13),),
    ),
    random=some_file,
    hints=(
        "Begin with the fourth byte, `data[3]`: how many axes are there, and so how long is the "
        "header?",
        "Axis number i has its length in the four bytes from `4 + 4 * i` on. "
        '`int.from_bytes(..., "big")` makes one number of them.',
        "The values begin after the last length, at `4 + 4 * axes`: "
        "`np.frombuffer(data[...], np.uint8)`. Compare their number with the product of the "
        "lengths before you give them their shape.",
    ),
)


@read_idx_exercise.mistake
def no_shape(data):
    """All values are there, in one long list. The header says which shape they have."""
    return whole(*parts_of(data)).ravel()


@read_idx_exercise.mistake
def least_significant_byte_first(data):
    """The four bytes of a length were read in the wrong order: `00 00 00 04` then is not 4, but
    more than 67 million. In IDX the most significant byte comes first.
    """
    kind, shape, values = parts_of(data, order="little")
    if kind != 8:
        raise ValueError("another type")
    return values.reshape(shape)  # NumPy says how large the shape is


@read_idx_exercise.mistake("last byte of a length only")
def with_last_bytes_only(data):
    """Only one of the four bytes of a length was read. That works up to 255; 258 values have
    the length `00 00 01 02`.
    """
    kind, _, values = parts_of(data)
    return whole(kind, [data[7 + 4 * i] for i in range(data[3])], values)


@read_idx_exercise.mistake
def header_always_of_8_bytes(data):
    """Lists are read correctly, images are not. Their header has four bytes for each axis: is
    every length read from its own four, and do the values begin after the last?
    """
    return whole(*parts_of(data, skip=8))


@read_idx_exercise.mistake
def header_always_of_16_bytes(data):
    """16 bytes is the header of images, with three axes. A list of labels has one axis, and a
    header of 8 bytes.
    """
    return whole(*parts_of(data, skip=16))


@read_idx_exercise.mistake("another type of number")
def another_type_of_number(data):
    """The values are right, in another type of number. A byte fits into `np.uint8`; as int64 the
    images of MNIST take eight times the memory.
    """
    return whole(*parts_of(data)).astype(np.int64)


@read_idx_exercise.mistake
def signed_bytes(data):
    """Values above 127 came out negative. A byte of IDX goes from 0 to 255: that is `np.uint8`,
    and `np.int8` goes from −128 to 127.
    """
    return whole(*parts_of(data)).view(np.int8)


@read_idx_exercise.mistake
def scaled_already(data):
    """The values were divided by 255. That comes later, in `to_float`; a file reader returns
    what is in the file.
    """
    return whole(*parts_of(data)) / 255


@read_idx_exercise.mistake
def length_not_checked(data):
    """Good files are read. But a file with too few values, or too many, is one that was cut off
    or mixed up, and it should raise a ValueError.
    """
    return without_check_of_length(data).reshape(parts_of(data)[1])


@read_idx_exercise.mistake
def type_not_checked(data):
    """A file of another type, such as 13 for decimal numbers of four bytes, is read as if it
    held bytes. If the third byte is not 8, raise a ValueError.
    """
    return whole(8, *parts_of(data)[1:])


@read_idx_exercise.mistake
def filled_column_by_column(data):
    """The values were laid out with the first axis running fastest. In IDX the last axis runs
    fastest: an image row by row.
    """
    return whole(*parts_of(data)).ravel().reshape(parts_of(data)[1], order="F")


# 12.3 ------------------------------------------------------------- find the bugs


def confusion_shares(labels, answers, classes):
    counts = np.zeros((classes, classes))
    # counts[labels, answers] += 1 would count each pair once, however often it occurs
    np.add.at(counts, (labels, answers), 1)
    # a column of totals, so that each row is divided by its own
    totals = counts.sum(axis=1, keepdims=True)
    # a digit that does not occur has the total 0
    return counts / np.maximum(totals, 1)


def confusion_shares_in_a_loop(labels, answers, classes):
    shares = np.zeros((classes, classes))
    for true in set(labels.tolist()):
        said = answers[labels == true]
        for k in range(classes):
            shares[true, k] = np.mean(said == k)
    return shares


def confusion_shares_with_bincount(labels, answers, classes):
    pairs = np.bincount(classes * labels + answers, minlength=classes**2)
    counts = pairs.reshape(classes, classes)
    totals = np.bincount(labels, minlength=classes)[:, None]
    return np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)


def confusion_with_bugs(once=False, columns=False, empty=False):
    """The function of the notebook, with any of its three bugs."""

    def shares(labels, answers, classes):
        counts = np.zeros((classes, classes))
        if once:
            counts[labels, answers] += 1
        else:
            np.add.at(counts, (labels, answers), 1)
        totals = counts.sum(axis=1, keepdims=not columns)
        return counts / (totals if empty else np.maximum(totals, 1))

    return shares


def counts_of(labels, answers, classes):
    counts = np.zeros((classes, classes))
    np.add.at(counts, (labels, answers), 1)
    return counts


ONCE = (
    "`counts[labels, answers] += 1` adds 1 to each pair that occurs, however often it occurs. "
    "`np.add.at(counts, (labels, answers), 1)` counts every one."
)
COLUMNS = (
    "`counts.sum(axis=1)` has lost its second axis, and so column k is divided by the total of row "
    "k. With `keepdims=True` each row is divided by its own total."
)
EMPTY = (
    "A digit that does not occur has the total 0, and 0 / 0 is `nan`. Its row should stay 0: "
    "divide by at least 1."
)


def some_answers(rng):
    classes = int(rng.integers(3, 7))
    labels = rng.integers(0, classes, size=rng.integers(8, 30))
    guesses = rng.integers(0, classes, size=labels.size)
    answers = np.where(rng.random(labels.size) < 0.6, labels, guesses)
    if rng.random() < 0.5:
        labels[labels == 1] = 0  # a class that never occurs
    return labels, answers, classes


confusion_exercise = Exercise(
    id="12.3",
    title="Where does it fail?",
    points=3,
    minutes=12,
    difficulty="medium",
    name="confusion_shares",
    reference=confusion_shares,
    shown=True,
    alternatives=(confusion_shares_in_a_loop, confusion_shares_with_bincount),
    fixed=(
        (np.array([0, 0, 0, 1, 2, 2]), np.array([0, 0, 1, 1, 2, 0]), 3),
        (np.array([0, 0, 0, 2]), np.array([0, 0, 2, 2]), 3),
        (np.array([3]), np.array([1]), 4),
        (np.array([1, 1, 1, 1, 0]), np.array([1, 1, 1, 0, 0]), 2),
        (np.array([0, 1, 1]), np.array([1, 1, 1]), 3),
    ),
    random=some_answers,
    hints=(
        "Check each of the three lines alone. Start with the counts: all of them together must be "
        "as many as there are images.",
        "`counts[labels, answers] += 1` is not a loop: a pair that occurs three times still gets "
        "1. `np.add.at` counts them all.",
        "For the last line: `keepdims=True` keeps the totals as a column, so that every row is "
        "divided by its own. And where a total is 0, divide by 1.",
    ),
    equivalent_mutants={
        "line 2: (classes, classes) -> (classes, classes)": "two equal numbers, exchanged",
        "line 4: 1 -> 2": "twice the counts and twice the totals give the same shares",
    },
)


@confusion_exercise.mistake
def all_three_bugs_are_there(*arguments):
    """This does what the function with the bugs does. Begin with the counts: `counts[labels,
    answers] += 1` adds 1 to each pair that occurs, however often it occurs.
    `np.add.at(counts, (labels, answers), 1)` counts every one.
    """
    return confusion_with_bugs(once=True, columns=True, empty=True)(*arguments)


@confusion_exercise.mistake
def every_pair_counted_once(*arguments):
    """Two bugs are fixed, one is left. `counts[labels, answers] += 1` adds 1 to each pair that
    occurs, however often it occurs. `np.add.at(counts, (labels, answers), 1)` counts every
    one.
    """
    return confusion_with_bugs(once=True)(*arguments)


@confusion_exercise.mistake
def columns_divided_by_the_totals_of_rows(*arguments):
    """Two bugs are fixed, one is left. `counts.sum(axis=1)` has lost its second axis, and so
    column k is divided by the total of row k. With `keepdims=True` each row is divided by
    its own total.
    """
    return confusion_with_bugs(columns=True)(*arguments)


@confusion_exercise.mistake
def nothing_divided_by_nothing(*arguments):
    """Two bugs are fixed, one is left. A digit that does not occur has the total 0, and 0 / 0
    is `nan`. Its row should stay 0: divide by at least 1.
    """
    return confusion_with_bugs(empty=True)(*arguments)


@confusion_exercise.mistake
def only_the_counts_fixed(*arguments):
    """The counts are right now, and two bugs are left. `counts.sum(axis=1)` has lost its second
    axis, and so column k is divided by the total of row k. With `keepdims=True` each row is
    divided by its own total.
    """
    return confusion_with_bugs(columns=True, empty=True)(*arguments)


@confusion_exercise.mistake
def only_the_division_of_rows_fixed(*arguments):
    """Each row is divided by its own total now. Two bugs are left. `counts[labels, answers] +=
    1` adds 1 to each pair that occurs, however often it occurs. `np.add.at(counts, (labels,
    answers), 1)` counts every one.
    """
    return confusion_with_bugs(once=True, empty=True)(*arguments)


@confusion_exercise.mistake
def only_the_empty_rows_fixed(*arguments):
    """No `nan` comes any more. Two bugs are left. `counts[labels, answers] += 1` adds 1 to each
    pair that occurs, however often it occurs. `np.add.at(counts, (labels, answers), 1)`
    counts every one.
    """
    return confusion_with_bugs(once=True, columns=True)(*arguments)


@confusion_exercise.mistake
def rows_and_columns_exchanged(labels, answers, classes):
    """The shares are right, but a row should be a true digit, and a column an answer."""
    return confusion_shares(labels, answers, classes).T


@confusion_exercise.mistake("exchanged, and every pair counted once")
def exchanged_and_every_pair_counted_once(labels, answers, classes):
    """`counts[answers, labels] += 1` has two faults: a row should be a true digit, so the labels
    come first; and it adds 1 to each pair only once. `np.add.at(counts, (labels, answers), 1)`.
    """
    return confusion_with_bugs(once=True)(answers, labels, classes)


@confusion_exercise.mistake("exchanged and counted once, and nothing else changed")
def exchanged_and_nothing_else(labels, answers, classes):
    """`counts[answers, labels] += 1` has two faults: a row should be a true digit, so the labels
    come first; and it adds 1 to each pair only once. The last line has to be looked at too.
    """
    return confusion_with_bugs(once=True, columns=True, empty=True)(answers, labels, classes)


@confusion_exercise.mistake
def shares_of_the_answers(labels, answers, classes):
    """Each column adds up to 1 here: of all images that were *read* as a 4, how many are one?
    Asked for is the other question: of all 4s, how many were read as what?
    """
    return (c := counts_of(labels, answers, classes)) / np.maximum(c.sum(axis=0), 1)


@confusion_exercise.mistake
def shares_of_all_images(labels, answers, classes):
    """Everything was divided by the number of all images. Divide each row by the number of
    images of its own digit, so that rare digits count as much as frequent ones.
    """
    return counts_of(labels, answers, classes) / len(labels)


@confusion_exercise.mistake
def counts_in_place_of_shares(labels, answers, classes):
    """The counts are right, and they are still to be turned into shares of each row."""
    return counts_of(labels, answers, classes)


# 12.4 ------------------------------------------------------------- reach an accuracy in a budget

AT_LEAST, AT_MOST = 0.90, 0.6  # the share of right answers, and the mean cross-entropy


def read_digits(train_images, train_labels, new_images):
    return learn_and_read(train_images, train_labels, new_images, epochs=5)


def learn_and_read(train_images, train_labels, new_images, epochs, hidden=64, momentum=None):
    nnlib.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10))
    parameters = model.parameters()
    if momentum is None:
        optimizer = optim.Adam(parameters, lr=0.003)
    else:
        optimizer = optim.SGD(parameters, lr=0.05, momentum=momentum)
    data = ArrayDataset(train_images, train_labels, transform=to_float)
    loader = DataLoader(data, batch_size=64, shuffle=True)
    fit(model, nn.CrossEntropyLoss(), optimizer, loader, max_epochs=epochs, progress=False)
    return softmax(predict(model, new_images, to_float))


def read_with_momentum(train_images, train_labels, new_images):
    return learn_and_read(train_images, train_labels, new_images, epochs=5, momentum=0.9)


def read_in_plain_numpy(images, labels, new_images):
    """One hidden layer, forwards and backwards by hand."""
    rng = np.random.default_rng(0)
    x, new = (a.reshape(len(a), 784).astype(np.float32) / 255 for a in (images, new_images))
    w1 = rng.normal(0, np.sqrt(2 / 784), (784, 64)).astype(np.float32)
    w2 = rng.normal(0, np.sqrt(2 / 64), (64, 10)).astype(np.float32)
    b1, b2 = np.zeros(64, np.float32), np.zeros(10, np.float32)
    for _ in range(8):
        order = rng.permutation(len(x))
        for rows in np.split(order, range(32, len(x), 32)):
            a = np.maximum(x[rows] @ w1 + b1, 0)
            d = softmax(a @ w2 + b2)
            d[np.arange(len(rows)), labels[rows]] -= 1
            d /= len(rows)
            da = (d @ w2.T) * (a > 0)
            w2, b2 = w2 - 0.15 * a.T @ d, b2 - 0.15 * d.sum(axis=0)
            w1, b1 = w1 - 0.15 * x[rows].T @ da, b1 - 0.15 * da.sum(axis=0)
    return softmax(np.maximum(new @ w1 + b1, 0) @ w2 + b2)


def read_by_mean_images(train_images, train_labels, new_images):
    x = to_float(new_images).reshape(-1, 784)
    means = [to_float(train_images[train_labels == k]).reshape(-1, 784).mean(0) for k in range(10)]
    distances = [((x - mean) ** 2).sum(axis=1) for mean in means]
    return softmax(-np.array(distances).T / 10)


def labels_to_read(start, seed, shuffled):
    """The labels of the new images of learn_to_read(): uint8, and never where an answer runs."""
    rows = np.random.default_rng(seed).choice(10_000, given.READ, replace=False)
    return given.all_digits()[1][1][rows]


def right_share(arguments, table):
    """The share of the new images that was read correctly; ValueError if there is no such table."""
    table, labels = np.asarray(table, float), labels_to_read(*arguments)
    if table.shape != (len(labels), 10):
        raise ValueError("another shape")
    return float(np.mean(table.argmax(axis=1) == labels))


def are_probabilities(table):
    table = np.asarray(table, float)
    return bool(np.all(table >= 0) and np.allclose(table.sum(axis=1), 1, atol=1e-3))


def cross_entropy(arguments, table):
    """The mean of -log of what the right digit was given, where 0 counts as 1e-30."""
    labels = labels_to_read(*arguments)
    given_to_right = np.asarray(table, float)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(given_to_right, 1e-30)).mean())


def judge_reading(arguments, table):
    table = np.asarray(table)
    if table.shape != (given.READ, 10):
        return (
            f"There are {given.READ:,} new images and ten digits, so the answer should be an array "
            f"of shape {(given.READ, 10)}; it has the shape {table.shape}."
        )
    if not are_probabilities(table):
        return "These are no probabilities: each row should be at least 0 and add up to 1."
    share, loss = right_share(arguments, table), cross_entropy(arguments, table)
    shuffled = " with shuffled pixels" if arguments[2] else ""
    if share < AT_LEAST:
        return (
            f"{share:.2%} of the {given.READ:,} new images{shuffled} were read correctly; at least "
            f"{AT_LEAST:.0%} are wanted."
        )
    if loss > AT_MOST:
        return (
            f"{share:.2%} of the {given.READ:,} new images{shuffled} were read correctly, but the "
            f"cross-entropy of the probabilities is {loss:.2f}; at most {AT_MOST} is wanted."
        )
    return None


def of_probabilities(condition):
    """A seen() for tables of probabilities: condition(share of right ones, table, arguments)."""

    def seen(arguments, table):
        share = right_share(arguments, table)
        return are_probabilities(table) and condition(share, np.asarray(table), arguments)

    return seen


def between(low, high):
    return of_probabilities(lambda share, table, arguments: low <= share < high)


read_digits_exercise = Exercise(
    id="12.4",
    title="Train a reader of digits",
    points=4,
    minutes=20,
    difficulty="hard",
    name="read_digits",
    reference=read_digits,
    alternatives=(read_with_momentum, read_in_plain_numpy),
    driver=given.learn_to_read,
    fixed=((0, 0, False),),
    random=lambda rng: (int(rng.integers(0, 54_001)), int(rng.integers(1, 1000)), True),
    random_cases=1,
    seconds=20.0,
    judge=judge_reading,
    hints=(
        "It is the lesson's program, smaller. Which five things does `fit` need? And what comes "
        "out of a network for an image, before it is one digit?",
        "The pieces: `ArrayDataset(..., transform=to_float)`, `DataLoader`, `nn.Sequential` with "
        "`nn.Flatten()` first, `nn.CrossEntropyLoss`, `optim.Adam`, `fit`. One hidden layer of 64 "
        "neurons is enough. After one epoch it is not ready; after five, mostly.",
        "`predict(model, new_images, to_float)` gives ten logits per image; softmax makes "
        "probabilities of them. If you stay just below 90%, raise the learning rate of Adam to "
        "0.003, or train some epochs more.",
    ),
)


@read_digits_exercise.mistake(
    seen=lambda arguments, answers: np.asarray(answers).shape == (given.READ,)
)
def one_digit_per_image(images, labels, new):
    """One number came back for each image. Asked for are ten: how probable the network thinks each
    digit is. The digit itself is the place of the largest, and the check takes it from there.
    """
    return read_by_mean_images(images, labels, new).argmax(axis=1)


@read_digits_exercise.mistake(
    seen=lambda arguments, answers: len(np.asarray(answers)) == given.LEARN
)
def the_training_images_were_read(images, labels, new):
    """There is an answer for each training image. Those are known; let the network read
    `new_images`.
    """
    return np.eye(10)[labels]


@read_digits_exercise.mistake(
    seen=lambda arguments, answers: (
        np.asarray(answers).shape == (given.READ, 10)
        and np.allclose(np.sum(answers, axis=0), 1, atol=1e-3)
    )
)
def softmax_down_the_columns(images, labels, new):
    """Each *column* adds up to 1, so the images compete with each other. The digits of one image
    should: `axis=1`.
    """
    return softmax(np.log(read_by_mean_images(images, labels, new) + 1e-9).T).T


@read_digits_exercise.mistake(
    seen=lambda arguments, answers: (
        np.asarray(answers).shape == (given.READ, 10) and not are_probabilities(answers)
    )
)
def logits_in_place_of_probabilities(images, labels, new):
    """Ten numbers came back for each image, but they do not add up to 1. A last layer of ten
    neurons gives logits: `nn.functional.softmax` makes probabilities of them. (The sigmoid looks
    at each digit alone.)
    """
    return 20 * read_by_mean_images(images, labels, new) - 10


@read_digits_exercise.mistake(
    "softmax twice",
    seen=of_probabilities(lambda share, table, arguments: share > 0.5 and table.max() < 0.232),
)
def softmax_twice(images, labels, new):
    """Most digits are right, and nothing is more probable than 0.231: that is e / (e + 9), the most
    that is left when the softmax is applied twice. Once is enough; is one in the network already?
    """
    return softmax(read_by_mean_images(images, labels, new))


@read_digits_exercise.mistake(
    seen=of_probabilities(
        lambda share, table, arguments: share < 0.3 and len(set(table.argmax(axis=1))) == 1
    )
)
def the_same_answer_for_every_image(images, labels, new):
    """It answers one and the same digit each time, like the laziest baseline. A network whose
    weights have exploded does that, too: did it get bytes from 0 to 255?
    """
    return np.eye(10)[np.ones(len(new), int)]


@read_digits_exercise.mistake(
    seen=of_probabilities(
        lambda share, table, arguments: share < 0.5 if arguments[2] else share > AT_LEAST
    )
)
def learned_elsewhere(images, labels, new):
    """It reads ordinary digits, and fails where all images have their pixels shuffled. So it
    was trained before, on other images. Train a new network on `train_images`.
    """
    return softmax(predict(mnist_mlp(), new, to_float))


@read_digits_exercise.mistake(
    seen=of_probabilities(
        lambda share, table, arguments: (
            share > 0.5 and cross_entropy(arguments, table) > 1 and np.median(table.max(1)) > 0.99
        )
    )
)
def sure_of_everything(images, labels, new):
    """Most answers are right, but it is certain of the wrong ones, too, and so the cross-entropy is
    large. Are the pixels still bytes from 0 to 255 where it learns or where it reads? Then the
    logits are some hundred times too large. (Or it was trained for very long.)
    """
    return softmax(1e6 * read_by_mean_images(images, labels, new))


@read_digits_exercise.mistake("as good as guessing", seen=between(0, 0.3))
def read_untrained(train_images, train_labels, new_images):
    """About one in ten is right, as with blind guesses. Was the network trained at all? Do
    images and labels still belong together? Do both get the same transform?
    """
    nnlib.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    return softmax(predict(model, new_images, to_float))


@read_digits_exercise.mistake(seen=between(0.6, 0.85))
def no_better_than_the_mean_images(train_images, train_labels, new_images):
    """The nearest mean image, which learns nothing, is about as good. Something is learned
    here, but much too little: more epochs, or a larger learning rate?
    """
    return read_by_mean_images(train_images, train_labels, new_images)


@read_digits_exercise.mistake(seen=between(0.85, AT_LEAST))
def trained_too_briefly(images, labels, new):
    """It is on the way. 6,000 images are few: go through them several times. If you do so already,
    look at the pixels: with bytes from 0 to 255 in place of 0 to 1, every step is far too long.
    """
    return learn_and_read(images, labels, new, epochs=1, hidden=32)


EXERCISES = (scatter_exercise, read_idx_exercise, confusion_exercise, read_digits_exercise)
