"""Exercises for lesson 15: sizes on paper, stride and padding, a bug, a detector, a small CNN."""

import numpy as np

from nncourse.exercises.given import lesson_15 as given
from nncourse.judging.exercise import Exercise
from nnlib import nn

TITLE = "Convolutions"


# 15.1 ------------------------------------------------------------- predict a number


def places(pixels, kernel, stride=1, padding=0):
    return (pixels + 2 * padding - kernel) // stride + 1


def after_flatten():
    pooled = places(29, 5, padding=3) // 2  # 29 -> 31 -> 15
    last = places(pooled, 5, stride=2)  # 15 -> 6
    return 12 * last * last


flatten_exercise = Exercise(
    id="15.1",
    title="How many numbers come out?",
    points=2,
    minutes=6,
    difficulty="easy",
    name="after_flatten",
    reference=after_flatten,
    quantity=False,
    hints=(
        "Follow one image, layer by layer, and write down the size after each. Only the two "
        "convolutions and the pool change it.",
        "The first convolution adds three pixels on either side: 29 + 6 − 5 + 1. Pool that, and "
        "round down. In the second convolution, mind the stride.",
        "(15 − 5) / 2 + 1 = 6. How many maps of this size are there?",
    ),
)


@flatten_exercise.mistake
def a_single_map():
    """One way to get this is to stop at the size of one feature map. There is one such map for
    each kernel of the last convolution, and `Flatten` lines up all of them.
    """
    return 6 * 6


@flatten_exercise.mistake
def height_without_width():
    """One way to get this is to count twelve maps that are 6 numbers high. Each of them is 6
    numbers wide as well.
    """
    return 12 * 6


@flatten_exercise.mistake("the + 1 forgotten")
def the_1_forgotten_15_1():
    """One way to get this is to forget the + 1 in the formula: the quotient counts the moves of
    the window, and the place where it begins makes one more.
    """
    last = ((29 + 6 - 5) // 2 - 5) // 2
    return 12 * last * last


@flatten_exercise.mistake
def padding_forgotten():
    """One way to get this is to leave out the padding of the first convolution: 29 becomes 25.
    But it has `padding=3`: three more pixels on either side.
    """
    last = places(places(29, 5) // 2, 5, stride=2)
    return 12 * last * last


@flatten_exercise.mistake
def padding_in_both_convolutions():
    """One way to get this is to give the second convolution the padding of the first. Only the
    first one has `padding=3`; without a word, the padding is 0.
    """
    last = places(places(29, 5, padding=3) // 2, 5, stride=2, padding=3)
    return 12 * last * last


@flatten_exercise.mistake
def stride_forgotten():
    """One way to get this is to leave out the stride. The second convolution moves its window
    by two pixels at a time, so about half as many places are left in each direction.
    """
    return 12 * 11 * 11


@flatten_exercise.mistake
def pool_forgotten():
    """One way to get this is to leave out the pool between the convolutions. It halves height
    and width.
    """
    last = places(places(29, 5, padding=3), 5, stride=2)
    return 12 * last * last


@flatten_exercise.mistake
def kernels_times_channels():
    """One way to get this is to count a map for each kernel and each channel. But a kernel of
    the second convolution looks at all six maps and adds up what it finds: 12 kernels give 12
    maps, not 6 · 12.
    """
    return 6 * 12 * 6 * 6


# 15.2 ------------------------------------------------------------- write a function


def convolve(image, kernel, stride, padding):
    k = len(kernel)
    image = np.pad(image, padding)  # from here on the rim is part of the image
    height = (image.shape[0] - k) // stride + 1
    width = (image.shape[1] - k) // stride + 1
    result = np.zeros((height, width))
    for row in range(height):
        for column in range(width):
            # place (row, column) of the map looks at a window that begins here
            top, left = stride * row, stride * column
            result[row, column] = (image[top : top + k, left : left + k] * kernel).sum()
    return result


def convolve_weight_by_weight(image, kernel, stride, padding):
    """Every weight meets a whole, shifted image; of the result every stride-th number is kept."""
    k = len(kernel)
    high, wide = image.shape
    paper = np.zeros((high + 2 * padding, wide + 2 * padding))
    paper[padding : padding + high, padding : padding + wide] = image
    height, width = paper.shape[0] - k + 1, paper.shape[1] - k + 1
    total = np.zeros((height, width))
    for i in range(k):
        for j in range(k):
            total += kernel[i, j] * paper[i : i + height, j : j + width]
    return total[::stride, ::stride]


def convolve_with_a_view(image, kernel, stride, padding):
    views = np.lib.stride_tricks.sliding_window_view(np.pad(image, padding), kernel.shape)
    return np.einsum("ijkl,kl->ij", views[::stride, ::stride], kernel)


def convolve_with_nnlib(image, kernel, stride, padding):
    layer = nn.Conv2d(1, 1, len(kernel), stride, padding, bias=False).to(np.float64)
    layer.weight.data[0, 0] = kernel
    return layer(image[None, None])[0, 0]


def with_size(size):
    """convolve, but for the size of the result: size(image, k, stride, padding)."""

    def convolved(image, kernel, stride, padding):
        k, image = len(kernel), np.pad(image, padding)
        result = np.zeros(size(image, k, stride, padding))
        for row, column in np.ndindex(result.shape):
            top, left = stride * row, stride * column
            result[row, column] = (image[top : top + k, left : left + k] * kernel).sum()
        return result

    return convolved


one_place_less = with_size(lambda image, k, stride, p: [(n - k) // stride for n in image.shape])
last_window_less = with_size(
    lambda image, k, stride, p: [len(range(0, n - k, stride)) for n in image.shape]
)
as_wide_as_high = with_size(lambda image, k, stride, p: 2 * [(len(image) - k) // stride + 1])
rim_counted_twice = with_size(
    lambda image, k, stride, p: [(n + 2 * p - k) // stride + 1 for n in image.shape]
)


def case_of_convolve(rng):
    k = int(rng.integers(1, 4))
    return (
        rng.integers(0, 5, size=rng.integers(4, 9, size=2)) / 4,
        rng.normal(size=(k, k)).round(2),
        int(rng.integers(1, 4)),
        int(rng.integers(0, 3)),
    )


SEVEN = np.zeros((5, 5))
SEVEN[1, 1:4] = SEVEN[2, 3] = SEVEN[3:, 2] = 1.0
EDGES = np.array([[-1.0, 0.0, 1.0]] * 3)
LOPSIDED = np.array([[1.0, 2.0], [0.0, -1.0]])
BLUR = np.full((2, 2), 0.25)

convolve_exercise = Exercise(
    id="15.2",
    title="Stride and padding",
    points=4,
    minutes=12,
    difficulty="medium",
    name="my_convolve",
    reference=convolve,
    shown=True,
    alternatives=(convolve_weight_by_weight, convolve_with_a_view, convolve_with_nnlib),
    equivalent_mutants={
        "line 6: np.zeros -> np.ones": "every number of the result is written by the loops",
    },
    fixed=(
        (SEVEN, EDGES, 1, 0),
        (SEVEN, EDGES, 1, 1),
        (SEVEN, EDGES, 2, 0),
        (SEVEN, EDGES, 2, 1),
        (np.arange(24.0).reshape(4, 6), LOPSIDED, 2, 1),
        (np.arange(24.0).reshape(6, 4), LOPSIDED, 3, 0),
        (np.array([[5.0]]), np.array([[2.0]]), 1, 0),
        (SEVEN, BLUR, 1, 0),
        (SEVEN.astype(int), BLUR, 2, 1),
    ),
    random=case_of_convolve,
    hints=(
        "Begin with the `convolve` of the lesson. Padding needs one line before the loops; stride "
        "changes the size of the result, and the place where each window begins.",
        "`np.pad(image, padding)` puts the rim around. From then on only the padded image counts, "
        "also in the formula for the size: that is where the 2p of the formula comes from.",
        "Number `row` of the result looks at the window that begins at pixel `stride * row`. It is "
        "still k pixels high.",
    ),
)


@convolve_exercise.mistake
def padding_ignored(image, kernel, stride, padding):
    """Right whenever `padding` is 0. Otherwise the rim of empty pixels is missing, and the
    result is too small.
    """
    return convolve(image, kernel, stride, 0)


@convolve_exercise.mistake
def stride_ignored(image, kernel, stride, padding):
    """Right whenever `stride` is 1. Otherwise the window has to jump: with a stride of 2 every
    second place is left out, in both directions.
    """
    return convolve(image, kernel, 1, padding)


@convolve_exercise.mistake("window does not jump")
def windows_side_by_side(image, kernel, stride, padding):
    """The result has the right size, but its windows begin at 0, 1, 2 and so on. With a stride
    of s they begin at 0, s, 2s. The formula for the size counts places; it does not move the
    window.
    """
    height, width = convolve(image, kernel, stride, padding).shape
    return convolve(image, kernel, 1, padding)[:height, :width]


@convolve_exercise.mistake("stride in one direction only")
def every_second_row(image, kernel, stride, padding):
    """The window jumps downwards, but to the right it still moves pixel by pixel. The stride
    holds for both directions.
    """
    return convolve(image, kernel, 1, padding)[::stride]


@convolve_exercise.mistake("rim on two sides only")
def padded_below_and_right(image, kernel, stride, padding):
    """The result has the right size, but all of the empty pixels are below and on the right.
    Padding puts p of them on each of the four sides.
    """
    return convolve(np.pad(image, (0, 2 * padding)), kernel, stride, 0)


@convolve_exercise.mistake("minus 0")
def minus_nothing(image, kernel, stride, padding):
    """With padding all is right, without it the call ends in an error. `a[p:-p]` is the middle
    of a, but with p = 0 it is `a[0:0]`, which is empty. Write `a[p : p + height]`, or use
    `np.pad`.
    """
    height, width = image.shape
    paper = np.zeros((height + 2 * padding, width + 2 * padding))
    paper[padding:-padding, padding:-padding] = image
    return convolve(paper, kernel, stride, 0)


@convolve_exercise.mistake("the + 1 forgotten")
def the_1_forgotten(*arguments):
    """A row and a column are missing at the end. The quotient in the formula counts the moves
    of the window; the place where it begins makes one more.
    """
    return one_place_less(*arguments)


@convolve_exercise.mistake
def the_last_window_forgotten(*arguments):
    """Right where the last window ends before the edge. Otherwise that window is missing:
    `range(0, n - k, stride)` leaves out n − k itself, and there a window still fits.
    """
    return last_window_less(*arguments)


@convolve_exercise.mistake("rim counted twice")
def rim_counted_twice_15_2(*arguments):
    """Right whenever `padding` is 0. The H of the formula is the height of the image as it
    came. After `np.pad` the 2p are in `image.shape` already.
    """
    return rim_counted_twice(*arguments)


@convolve_exercise.mistake
def as_wide_as_it_is_high(*arguments):
    """Right for square images. Otherwise the map is not square either: its width comes from the
    width of the image.
    """
    return as_wide_as_high(*arguments)


@convolve_exercise.mistake
def kernel_turned_round(image, kernel, stride, padding):
    """Your kernel is flipped, top to bottom and left to right. That is what mathematicians call a
    convolution; in networks, and in this lesson, the kernel stays as it is.
    """
    return convolve(image, kernel[::-1, ::-1], stride, padding)


@convolve_exercise.mistake
def kernel_transposed(image, kernel, stride, padding):
    """Rows and columns of the kernel are exchanged: a detector of vertical edges becomes one of
    horizontal edges. Row meets row, and column meets column.
    """
    return convolve(image, kernel.T, stride, padding)


@convolve_exercise.mistake
def whole_numbers_only(image, kernel, stride, padding):
    """Right for whole numbers. Otherwise everything after the decimal point is lost: the result is
    an array of whole numbers, as from `dtype=int` or `zeros_like` of a whole image. A blur holds
    fractions: `np.zeros((height, width))` keeps them.
    """
    return convolve(image, kernel, stride, padding).astype(int)


@convolve_exercise.mistake
def mean_in_place_of_the_sum(image, kernel, stride, padding):
    """You take the mean of the products of each window. A neuron adds them up."""
    return convolve(image, kernel, stride, padding) / kernel.size


# 15.3 ------------------------------------------------------------- find the bug


def conv_layer(x, W, b):
    channels, k = W.shape[1], W.shape[2]
    height, width = x.shape[1] - k + 1, x.shape[2] - k + 1
    y = np.zeros((len(W), height, width))
    for o in range(len(W)):
        for row in range(height):
            for column in range(width):
                # the bias belongs to the kernel: once, before the channels are added up
                y[o, row, column] = b[o]
                for c in range(channels):
                    window = x[c, row : row + k, column : column + k]
                    y[o, row, column] += (window * W[o, c]).sum()
    return y


def conv_layer_all_channels_at_once(x, W, b):
    k = W.shape[-1]
    height, width = x.shape[1] - k + 1, x.shape[2] - k + 1
    y = np.empty((len(W), height, width))
    for row in range(height):
        for column in range(width):
            window = x[:, row : row + k, column : column + k]
            y[:, row, column] = (W * window).sum(axis=(1, 2, 3)) + b
    return y


def conv_layer_with_nnlib(x, W, b):
    layer = nn.Conv2d(W.shape[1], W.shape[0], W.shape[2]).to(np.float64)
    layer.weight.data[...], layer.bias.data[...] = W, b
    return layer(x[None])[0]


def layer_with(x, W, b, last_channel_only=False, bias_each_time=False):
    """The buggy layer of the notebook, with its two bugs or with one of them."""
    maps = np.array([[convolve(xc, Wc, 1, 0) for xc, Wc in zip(x, Wo, strict=True)] for Wo in W])
    if bias_each_time:
        maps = maps + b[:, None, None, None]
    together = maps[:, -1] if last_channel_only else maps.sum(axis=1)
    return together if bias_each_time else together + b[:, None, None]


def case_of_layer(rng, k=None):
    k = k or int(rng.integers(1, 4))
    channels, kernels = (int(number) for number in rng.integers(2, 5, size=2))
    size = rng.integers(k + 1, 7, size=2)
    return (
        rng.integers(-2, 3, size=(channels, *size)).astype(float),
        rng.integers(-2, 3, size=(kernels, channels, k, k)).astype(float),
        rng.integers(1, 5, size=kernels).astype(float),
    )


TWO_CHANNELS = (
    np.array([[[1.0, 2.0], [3.0, 4.0]], [[10.0, 20.0], [30.0, 40.0]]]),
    np.array([[[[1.0]], [[1.0]]]]),
    np.array([0.5]),
)

layer_exercise = Exercise(
    id="15.3",
    title="The layer that is colour-blind",
    points=3,
    minutes=10,
    difficulty="medium",
    name="fixed_layer",
    reference=conv_layer,
    shown=True,
    equivalent_mutants={
        "line 2: 2 -> 3": "kernels are square",
        "line 4: np.zeros -> np.ones": "every number of the result is written by the loops",
    },
    alternatives=(conv_layer_all_channels_at_once, conv_layer_with_nnlib),
    fixed=(
        TWO_CHANNELS,
        (np.ones((1, 3, 4)), np.ones((2, 1, 2, 2)), np.array([1.0, -1.0])),
        case_of_layer(np.random.default_rng(15), k=2),
        case_of_layer(np.random.default_rng(16), k=3),
    ),
    random=case_of_layer,
    hints=(
        "There are two bugs. Work out the first number of the example on paper, with its two "
        "channels, and ask for each line of the inner loop what it does in its second round.",
        "In its second round, `=` throws away what the first round has found. To add to a number, "
        "there is `+=`.",
        "With `+=`, the bias comes in once for every channel. It belongs to the kernel, not to the "
        "channel: put it in once, before the loop over the channels or after it.",
    ),
)


@layer_exercise.mistake
def nothing_was_changed(x, W, b):
    """This still sees the last channel only: each round of the loop over the channels throws
    away what the round before has found.
    """
    return layer_with(x, W, b, last_channel_only=True, bias_each_time=True)


@layer_exercise.mistake
def bias_added_once_for_each_channel(x, W, b):
    """All channels are added up now: the first bug is gone. But the bias is inside the same
    loop, and comes in once for every channel. A neuron adds its bias once.
    """
    return layer_with(x, W, b, bias_each_time=True)


@layer_exercise.mistake
def bias_lost(x, W, b):
    """The sums over the channels are right, and the bias is gone. Add it once for each number
    of the result.
    """
    return conv_layer(x, W, 0 * b)


@layer_exercise.mistake
def the_bias_alone(x, W, b):
    """Only the bias came back: `y[o, row, column] = b[o]` after the loop over the channels
    overwrites what the loop has found. Put it *before* that loop, or write `+=`.
    """
    return conv_layer(0 * x, W, b)


@layer_exercise.mistake
def mean_over_the_channels(x, W, b):
    """The channels are averaged. A kernel is one neuron that looks at all channels, and a
    neuron adds up.
    """
    return conv_layer(x, W / W.shape[1], b)


@layer_exercise.mistake
def first_channel_only(x, W, b):
    """Now it is the first channel that counts, and the others are not seen. A kernel has a
    square of weights for each channel, and adds up what all of them find.
    """
    return conv_layer(x[:1], W[:, :1], b)


@layer_exercise.mistake
def one_square_for_all_channels(x, W, b):
    """All channels meet the weights of the first one. Each channel has a square of weights of
    its own: channel c meets `W[o, c]`.
    """
    return conv_layer(x.sum(axis=0, keepdims=True), W[:, :1], b)


@layer_exercise.mistake
def channels_kept_apart(x, W, b):
    """You have a map for each kernel *and* each channel. A kernel gives one map: add up over
    the channels.
    """
    return (
        np.array([[convolve(xc, Wc, 1, 0) for xc, Wc in zip(x, Wo, strict=True)] for Wo in W])
        + b[:, None, None, None]
    )


# 15.4 ------------------------------------------------------------- numbers, judged by what they do

SIDE = 9


def drawn(rows_and_columns, down, right):
    image = np.zeros((SIDE, SIDE))
    for row, column in rows_and_columns:
        image[row + down, column + right] = 1.0
    return image


def at_every_place(height, width, pixels):
    """One picture for every place that leaves the outermost pixels of the paper empty."""
    return [
        drawn(pixels, down, right)
        for down in range(1, SIDE - height)
        for right in range(1, SIDE - width)
    ]


FIGURES = {  # name: (is it a dash?, pictures)
    "dash": (True, at_every_place(1, 3, [(0, 0), (0, 1), (0, 2)])),
    "upright dash": (False, at_every_place(3, 1, [(0, 0), (1, 0), (2, 0)])),
    "slanted dash": (
        False,
        at_every_place(3, 3, [(0, 0), (1, 1), (2, 2)])
        + at_every_place(3, 3, [(0, 2), (1, 1), (2, 0)]),
    ),
    "dot": (False, at_every_place(1, 1, [(0, 0)])),
    "block": (False, at_every_place(3, 3, [(i, j) for i in range(3) for j in range(3)])),
    "empty sheet": (False, [np.zeros((SIDE, SIDE))]),
}


def fires(detector, image):
    """Whether a sum of a kernel (nine numbers, row by row) plus its bias is above 0 anywhere."""
    *weights, bias = (float(number) for number in detector)
    return convolve(image, np.reshape(weights, (3, 3)), 1, 0).max() + bias > 1e-9


def shares(detector):
    """{figure: share of its pictures that make the detector fire}."""
    return {
        name: float(np.mean([fires(detector, image) for image in images]))
        for name, (_, images) in FIGURES.items()
    }


def judge_detector(arguments, detector):
    if len(detector) != 10:
        return f"Ten numbers are wanted, nine weights and the bias; there are {len(detector)}."
    if not np.isfinite([float(number) for number in detector]).all():
        return "All ten numbers have to be finite."
    found = shares(detector)
    for name, share in found.items():
        wanted, images = FIGURES[name]
        article = "An" if name[0] in "aeiou" else "A"
        if wanted and share < 1:
            return f"{article} {name} is found in {share:.0%} of its {len(images)} places, not all."
        if not wanted and share > 0:
            return f"{article} {name} makes it fire, and should not."
    return None


def pattern_of(*wanted):
    """A seen() for detectors that fire on these figures, and on no other."""

    def seen(arguments, detector):
        return {name for name, share in shares(detector).items() if share > 0} == set(wanted)

    return seen


detector_exercise = Exercise(
    id="15.4",
    title="A detector of dashes",
    points=3,
    minutes=12,
    difficulty="medium",
    name="dash_detector",
    reference=lambda: [-1, -1, -1, 1, 1, 1, -1, -1, -1, -2.5],
    alternatives=(
        lambda: [-1, -2, -1, 2, 2, 2, -1, -2, -1, -5],
        lambda: (-0.5, -0.5, -0.5, 1.0, 1.0, 1.0, -0.5, -0.5, -0.5, -2.0),
    ),
    judge=judge_detector,
    hints=(
        "Which of the nine pixels are inked when the window lies exactly on a dash? Weights there "
        "should speak for it. What should the others say?",
        "With 1 in the middle row, a dash gives 3, and a dot or an upright dash gives 1. The bias "
        "has to lie between. Then try the block.",
        "A block has three dashes, one above the other. Ink above and below has to speak against: "
        "make those weights negative.",
    ),
)


@detector_exercise.mistake(seen=pattern_of())
def never_fires():
    """Not even a dash lifts the sum above 0. Add up the weights that meet a dash: the bias has
    to be less negative than that.
    """
    return [-1, -1, -1, 1, 1, 1, -1, -1, -1, -3.5]


@detector_exercise.mistake(
    seen=lambda arguments, detector: fires(detector, FIGURES["empty sheet"][1][0])
)
def always_fires():
    """It fires on an empty sheet, where every product is 0 and only the bias speaks. What sign
    must the bias have?
    """
    return [-1, -1, -1, 1, 1, 1, -1, -1, -1, 0.5]


@detector_exercise.mistake(seen=pattern_of("upright dash"))
def upright_in_place_of_lying():
    """It is a very good detector of upright dashes. The nine weights are read row by row: the
    first three are the upper row.
    """
    return [-1, 1, -1, -1, 1, -1, -1, 1, -1, -2.5]


@detector_exercise.mistake(
    seen=lambda arguments, detector: (
        pattern_of("dash", "block")(arguments, detector) and shares(detector)["dash"] == 1
    )
)
def blocks_pass():
    """It tells dashes from all thin figures. But a block holds dashes too, with ink above and
    below, and your weights there do not mind. What should they say?
    """
    return [0, 0, 0, 1, 1, 1, 0, 0, 0, -2.5]


@detector_exercise.mistake(
    seen=lambda arguments, detector: (
        fires(detector, FIGURES["dot"][1][0]) and not fires(detector, FIGURES["empty sheet"][1][0])
    )
)
def a_single_pixel_is_enough():
    """A single inked pixel makes it fire, so a dot does. The bias is a threshold: it has to be so
    negative that no single weight gets past it.
    """
    return [-1, -1, -1, 1, 1, 1, -1, -1, -1, -0.5]


@detector_exercise.mistake(
    "an edge, not a dash",
    seen=lambda arguments, detector: (
        pattern_of("dash", "block")(arguments, detector) and shares(detector)["dash"] < 1
    ),
)
def an_edge_not_a_dash():
    """This is an edge detector: ink on one side, paper on the other. A block has such an edge
    as well. A dash has paper on *both* sides.
    """
    return [-1, -1, -1, 0, 0, 0, 1, 1, 1, -2.5]


# 15.5 ------------------------------------------------------------- a CNN, judged by what it reads

GOAL = 94.0  # % of the new images


def small_cnn():
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 12, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(12 * 5 * 5, 10)),
    )


def small_cnn_with_larger_kernels():
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 12, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(12 * 4 * 4, 10)),
    )


def small_cnn_with_batch_norm():
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 12, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.BatchNorm1d(192), nn.Linear(192, 10)),
    )


def percent_right(answers):
    return 100 * float(np.mean(np.asarray(answers) == given.new_digits()[1]))


def judge_cnn(arguments, found):
    if found["problem"]:
        return found["problem"]
    if found["numbers"] > given.MOST_NUMBERS:
        return (
            f"Your network has {found['numbers']:,} numbers to learn, and at most "
            f"{given.MOST_NUMBERS:,} are allowed. It was not trained."
        )
    reached = percent_right(found["answers"])
    if reached >= GOAL:
        return None
    return (
        f"With {found['numbers']:,} numbers it reads {reached:.1f}% of the {given.READ:,} new "
        f"images; {GOAL:.0f}% is wanted."
    )


def trained(condition):
    """A seen() for networks within the budget: condition(kinds of layers, % right)."""

    def seen(arguments, found):
        within = not found["problem"] and found["numbers"] <= given.MOST_NUMBERS
        return within and condition(found["layers"], percent_right(found["answers"]))

    return seen


cnn_exercise = Exercise(
    id="15.5",
    title="A small CNN of your own",
    points=4,
    minutes=20,
    difficulty="hard",
    name="build_cnn",
    reference=small_cnn,
    alternatives=(small_cnn_with_larger_kernels, small_cnn_with_batch_norm),
    driver=given.train_and_read,
    fixed=((0,),),
    judge=judge_cnn,
    seconds=20.0,
    hints=(
        "Begin with the CNN of the lesson and count its numbers, layer by layer. Where do most of "
        "them sit, and what would make that layer smaller?",
        "The `Linear` layer that follows `Flatten` is the expensive one: go from there to the ten "
        "logits at once, without a hidden layer. Two convolutions with a pool after each leave "
        "few numbers to flatten.",
        "8 kernels of 5 × 5, ReLU, pool, then 12 kernels, ReLU, pool, `Flatten`, and one `Linear` "
        "layer with 10 outputs. How many inputs does it have?",
    ),
)


@cnn_exercise.mistake(
    seen=lambda arguments, found: not found["problem"] and found["numbers"] > given.MOST_NUMBERS
)
def over_the_budget():
    """It is larger than the budget allows. A `Linear` layer costs inputs times outputs: let
    fewer numbers reach it, by a second pool or fewer kernels, and go to the ten logits at once.
    """
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(8 * 12 * 12, 10)),
    )


@cnn_exercise.mistake(
    seen=trained(lambda layers, percent: percent < GOAL and "Conv2d" not in layers)
)
def no_convolution():
    """There is no convolution in it. Within this budget a `Linear` layer on 784 pixels has room
    for six neurons. A kernel of 5 × 5 costs 26 numbers, and it looks everywhere.
    """
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 6), nn.ReLU(), nn.Linear(6, 10))


@cnn_exercise.mistake(
    seen=trained(lambda layers, percent: percent < GOAL and layers[-1] == "Softmax")
)
def softmax_at_the_end():
    """Its last layer is a `Softmax`. The loss that trains it is `CrossEntropyLoss`, which
    expects logits and applies the softmax itself: end with the `Linear` layer.
    """
    return nn.Sequential(*small_cnn().layers, nn.Softmax())


@cnn_exercise.mistake(
    seen=trained(lambda layers, percent: percent < GOAL and layers.count("Conv2d") == 1)
)
def a_single_convolution():
    """It has one convolution. A second one, after the pool, sees a larger part of the image and
    combines what the first has found; the budget has room for it.
    """
    return nn.Sequential(
        *(nn.Conv2d(1, 4, 5), nn.ReLU(), nn.MaxPool2d(4)),
        *(nn.Flatten(), nn.Linear(4 * 6 * 6, 10)),
    )


@cnn_exercise.mistake(
    seen=trained(lambda layers, percent: percent < GOAL and layers.count("Conv2d") > 1)
)
def too_few_kernels():
    """It has convolutions and does not use them well enough yet. Compare the numbers that you
    spend with the budget: more kernels find more patterns. Is there a ReLU after each, and a
    pool that does not throw away too much?
    """
    return nn.Sequential(
        *(nn.Conv2d(1, 2, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(2, 3, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(3 * 4 * 4, 10)),
    )


EXERCISES = (
    *(flatten_exercise, convolve_exercise, layer_exercise, detector_exercise),
    cnn_exercise,
)
