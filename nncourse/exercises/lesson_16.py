"""Exercises for lesson 16: windows, a gated memory, causal attention, temperature, honest bits."""

import itertools
import math
from collections import Counter

import numpy as np

from nncourse.judging.exercise import Exercise
from nnlib.nn.functional import sigmoid, softmax

TITLE = "Sequences and attention"


# 16.1 ------------------------------------------------------------- windows and targets


def windows(codes, k):
    # the last window begins at T - k - 1: the letter after it is the last of the text
    X = np.array([codes[place : place + k] for place in range(len(codes) - k)])
    return X, codes[k:]


def windows_by_index(codes, k):
    starts = np.arange(len(codes) - k)[:, None]
    return codes[starts + np.arange(k)], np.array([codes[start + k] for start in starts[:, 0]])


def windows_of_pieces(codes, k):
    pieces = np.lib.stride_tricks.sliding_window_view(codes, k + 1)
    return pieces[:, :k], pieces[:, k]


def some_text(rng):
    k = int(rng.integers(1, 5))
    return rng.integers(0, 30, size=k + int(rng.integers(2, 12))), k


windows_exercise = Exercise(
    id="16.1",
    title="Windows and targets",
    points=3,
    minutes=8,
    difficulty="easy",
    name="windows",
    reference=windows,
    shown=True,
    alternatives=(windows_by_index, windows_of_pieces),
    fixed=(
        (np.array([3, 1, 4, 1, 5, 9]), 2),
        (np.array([7, 8, 9, 10]), 1),
        (np.array([2, 7, 1, 8]), 3),
    ),
    random=some_text,
    quantity=False,
    hints=(
        "Write the example on paper. Where does the first window begin, where the last? How many "
        "are there?",
        "A window that begins at `place` is `codes[place : place + k]`, and its target is "
        "`codes[place + k]`. For which places does that target exist?",
        "There are `len(codes) - k` windows. Their targets are, in order, all codes but the "
        "first k.",
    ),
)


@windows_exercise.mistake
def target_is_the_last_of_its_window(codes, k):
    """Each target is the last letter of its own window. The network would only have to copy it.
    The target is the letter *after* the window.
    """
    return windows(codes, k)[0], codes[k - 1 : -1]


@windows_exercise.mistake("last window without a target")
def last_window_without_a_target(codes, k):
    """There is one window more than there are targets. After the last letter of the text comes
    nothing, so the window that ends there has no target and does not belong in `X`.
    """
    return np.array([codes[place : place + k] for place in range(len(codes) - k + 1)]), codes[k:]


@windows_exercise.mistake
def last_window_missing(codes, k):
    """The last window and its target are missing: the last letter of the text is a target too."""
    X, y = windows(codes, k)
    return X[:-1], y[:-1]


@windows_exercise.mistake
def windows_side_by_side(codes, k):
    """The windows lie side by side, each begins where the last one ended. They should overlap:
    move on by one letter each time.
    """
    X, y = windows(codes, k)
    return X[::k], y[::k]


@windows_exercise.mistake
def backwards(codes, k):
    """The letters of each window are in reverse order. The newest letter comes last."""
    X, y = windows(codes, k)
    return X[:, ::-1], y


@windows_exercise.mistake
def moved_windows_as_targets(codes, k):
    """The targets are whole windows, moved on by one. Here each window has a single target, the
    letter after it: `y` has the shape (N,).
    """
    X, _ = windows(codes, k)
    return X, np.array([codes[place + 1 : place + 1 + k] for place in range(len(X))])


@windows_exercise.mistake
def targets_first(codes, k):
    """Both are right, in the wrong order: the windows come first, then the targets."""
    return windows(codes, k)[::-1]


# 16.2 ------------------------------------------------------------- a gated memory


def gated_states(x, W, U, b, Wz, Uz, bz):
    h, states = np.zeros(len(b)), []
    for letter in x:
        new = np.tanh(W @ letter + U @ h + b)
        z = sigmoid(Wz @ letter + Uz @ h + bz)
        h = z * h + (1 - z) * new
        states.append(h)
    return np.array(states)


def gated_states_in_one_array(x, W, U, b, Wz, Uz, bz):
    states = np.zeros((len(x) + 1, len(b)))
    for t in range(len(x)):
        old = states[t]
        z = 1 / (1 + np.exp(-(x[t] @ Wz.T + old @ Uz.T + bz)))
        states[t + 1] = old + (1 - z) * (np.tanh(x[t] @ W.T + old @ U.T + b) - old)
    return states[1:]


def gated_states_from_the_end(x, W, U, b, Wz, Uz, bz):
    """All but the last letter first, by calling itself."""
    if len(x) == 0:
        return np.zeros((0, len(b)))
    before = gated_states_from_the_end(x[:-1], W, U, b, Wz, Uz, bz)
    h = before[-1] if len(before) else np.zeros(len(b))
    z = sigmoid(Wz @ x[-1] + Uz @ h + bz)
    return np.vstack([before, z * h + (1 - z) * np.tanh(W @ x[-1] + U @ h + b)])


def mistaken_states(
    gate=sigmoid, squeeze=np.tanh, blend=lambda z, h, new: z * h + (1 - z) * new, carried=True
):
    def states_of(x, W, U, b, Wz, Uz, bz):
        h, states = np.zeros(len(b)), []
        for letter in x:
            new = squeeze(W @ letter + U @ h + b)
            z = gate(Wz @ letter + Uz @ h + bz)
            states.append(blend(z, h, new))
            h = states[-1] if carried else h
        return np.array(states)

    return states_of


def some_gate(rng):
    size, hidden, length = (int(n) for n in rng.integers(2, 5, size=3))
    shapes = ((length, size), *2 * ((hidden, size), (hidden, hidden), (hidden,)))
    return tuple(rng.normal(size=shape).round(2) for shape in shapes)


ONE = np.ones((1, 1))

gate_exercise = Exercise(
    id="16.2",
    title="A memory with a gate",
    points=4,
    minutes=12,
    difficulty="medium",
    name="gated_states",
    reference=gated_states,
    alternatives=(gated_states_in_one_array, gated_states_from_the_end),
    fixed=(
        (np.array([[1.0], [0.0], [0.0]]), ONE, 0.5 * ONE, np.zeros(1), 0 * ONE, 0 * ONE, ONE[0]),
        (np.array([[2.0], [-1.0]]), ONE, ONE, ONE[0], ONE, -ONE, np.zeros(1)),
    ),
    random=some_gate,
    hints=(
        "It is the loop of the lesson with one more line. Which numbers does a step need from "
        "the step before?",
        "Compute `new` and `z` first, both from the *old* state. Only then make the next state "
        "out of `z`, the old state and `new`.",
        "`h = z * h + (1 - z) * new`, with `z` a sigmoid and `new` a tanh. Append each `h` to a "
        "list, and return `np.array(states)`.",
    ),
)


@gate_exercise.mistake
def gate_the_wrong_way_round(*arguments):
    """`z` and `1 - z` have changed places. Where the gate `z` is 1, the *old* state is kept."""
    return mistaken_states(blend=lambda z, h, new: (1 - z) * h + z * new)(*arguments)


@gate_exercise.mistake
def no_gate(*arguments):
    """The gate has no effect: these are the states of the lesson's plain recurrent network."""
    return mistaken_states(blend=lambda z, h, new: new)(*arguments)


@gate_exercise.mistake
def the_gate_is_a_tanh(*arguments):
    """The gate went through tanh, which gives numbers from −1 to 1. A gate says how much is
    kept, from 0 to 1: a sigmoid.
    """
    return mistaken_states(gate=np.tanh)(*arguments)


@gate_exercise.mistake
def new_is_a_sigmoid(*arguments):
    """`new` went through a sigmoid, as the gate does. It should go through tanh, so that a
    state can be negative, too.
    """
    return mistaken_states(squeeze=sigmoid)(*arguments)


@gate_exercise.mistake
def nothing_is_carried_on(*arguments):
    """Each step begins with a state of zeros. The state that one step ends with is where the
    next begins: without that there is no memory.
    """
    return mistaken_states(carried=False)(*arguments)


@gate_exercise.mistake
def old_state_added_whole(*arguments):
    """The new part is weighted with `1 - z`, but the old state is added whole. It gets the
    weight `z`, so that both weights add up to 1.
    """
    return mistaken_states(blend=lambda z, h, new: h + (1 - z) * new)(*arguments)


@gate_exercise.mistake
def new_part_added_whole(*arguments):
    """The old state is weighted with `z`, but the new part is added whole. It gets the weight
    `1 - z`, so that both weights add up to 1.
    """
    return mistaken_states(blend=lambda z, h, new: z * h + new)(*arguments)


@gate_exercise.mistake
def only_the_last_state(*arguments):
    """That is the last state alone. The states after *every* letter are wanted, one row each."""
    return gated_states(*arguments)[-1]


@gate_exercise.mistake
def the_start_is_among_them(*arguments):
    """There is one row too many: the zeros before the first letter. The first row is the state
    *after* the first letter.
    """
    states = gated_states(*arguments)
    return np.vstack([np.zeros(states.shape[1]), states])


@gate_exercise.mistake
def the_gate_sees_the_new_state(x, W, U, b, Wz, Uz, bz):
    """The gate was computed from `new` in place of the old state. Both `z` and `new` are made
    from what was known before.
    """
    h, states = np.zeros(len(b)), []
    for letter in x:
        new = np.tanh(W @ letter + U @ h + b)
        z = sigmoid(Wz @ letter + Uz @ new + bz)
        h = z * h + (1 - z) * new
        states.append(h)
    return np.array(states)


# 16.3 ------------------------------------------------------------- causal attention weights


def causal_weights(Q, K):
    scores = Q @ K.T / np.sqrt(Q.shape[1])
    # minus infinity before softmax: its exp is 0, and the rest of the row adds up to 1
    scores = np.where(np.tri(len(Q)) == 1, scores, -np.inf)
    scores = scores - scores.max(axis=1, keepdims=True)  # exp of large scores overflows
    weights = np.exp(scores)
    return weights / weights.sum(axis=1, keepdims=True)


def causal_weights_row_by_row(Q, K):
    weights = np.zeros((len(Q), len(K)))
    for t, query in enumerate(Q):
        weights[t, : t + 1] = softmax(K[: t + 1] @ query / math.sqrt(len(query)))
    return weights


def causal_weights_with_a_large_number(Q, K):
    later = np.arange(len(Q))[:, None] < np.arange(len(K))
    return softmax(np.where(later, -1e30, Q @ K.T / Q.shape[1] ** 0.5))


def plain_softmax(scores):
    weights = np.exp(scores)
    return weights / weights.sum(axis=1, keepdims=True)


def mistaken_weights(root=np.sqrt, hidden=1, instead=-np.inf, normalise=softmax):
    def weights_of(Q, K):
        scores = Q @ K.T / root(Q.shape[1])
        later = np.tri(len(Q), k=hidden - 1) == 0
        return normalise(np.where(later, instead, scores))

    return weights_of


def some_queries(rng):
    length, d = int(rng.integers(3, 7)), int(rng.integers(2, 7))
    return rng.normal(size=(length, d)).round(2), rng.normal(size=(length, d)).round(2)


attention_exercise = Exercise(
    id="16.3",
    title="Look back, never ahead",
    points=4,
    minutes=12,
    difficulty="medium",
    name="causal_weights",
    reference=causal_weights,
    shown=True,
    alternatives=(causal_weights_row_by_row, causal_weights_with_a_large_number),
    fixed=(
        (
            np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]),
            np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [2.0, 0.0, 1.0, 0.0]]),
        ),
        (np.ones((4, 2)), np.ones((4, 2))),
        (np.array([[60.0], [-50.0], [40.0]]), np.array([[40.0], [20.0], [30.0]])),
        (np.array([[30.0, 40.0], [50.0, 20.0]]), np.array([[30.0, 30.0], [30.1, 29.8]])),
    ),
    random=some_queries,
    hints=(
        "Four steps: the scores, the division, the mask, softmax. In which order must the last "
        "two come?",
        "Put `-np.inf` where a place would look ahead, above the diagonal, *before* softmax: "
        "`np.tri(T)` is 1 where it may look. A place may look at itself.",
        "`np.where(np.tri(len(Q)) == 1, scores, -np.inf)`. Then, for each row: subtract its "
        "largest score, `np.exp`, divide by the sum of the row.",
    ),
)


@attention_exercise.mistake
def no_mask(Q, K):
    """The places look ahead: there are weights above the diagonal. Put −∞ there, before
    softmax.
    """
    return softmax(Q @ K.T / np.sqrt(Q.shape[1]))


@attention_exercise.mistake
def masked_after_softmax(Q, K):
    """The weights of later places were set to 0 *after* softmax, so the rows no longer add up
    to 1. Put −∞ into the scores, before softmax.
    """
    return np.tril(softmax(Q @ K.T / np.sqrt(Q.shape[1])))


@attention_exercise.mistake
def zero_in_place_of_minus_infinity(Q, K):
    """Later places got the score 0. That is a score like any other, and exp(0) is 1. Only −∞
    gives the weight 0.
    """
    return mistaken_weights(instead=0.0)(Q, K)


@attention_exercise.mistake
def not_even_itself(Q, K):
    """The mask hides the diagonal as well, and the first place has nothing left to look at. A
    place may look at itself.
    """
    with np.errstate(all="ignore"):
        return mistaken_weights(hidden=0, normalise=plain_softmax)(Q, K)


@attention_exercise.mistake
def looks_ahead_by_one(Q, K):
    """Each place looks at the one after it, too, and that is the one it has to guess. The mask
    begins right above the diagonal.
    """
    return mistaken_weights(hidden=2)(Q, K)


@attention_exercise.mistake
def the_past_is_masked(Q, K):
    """The mask is the wrong way round: each place sees itself and what comes later, never what
    came before.
    """
    return softmax(np.where(np.tri(len(Q)).T == 1, Q @ K.T / np.sqrt(Q.shape[1]), -np.inf))


@attention_exercise.mistake
def not_divided(Q, K):
    """The scores were not divided by the root of d, so the weights are sharper than they should
    be.
    """
    return mistaken_weights(root=lambda d: 1)(Q, K)


@attention_exercise.mistake
def divided_by_d(Q, K):
    """The scores were divided by d. A sum of d products has the size √d: divide by the root."""
    return mistaken_weights(root=lambda d: d)(Q, K)


@attention_exercise.mistake
def divided_by_the_root_of_the_length(Q, K):
    """The scores were divided by the root of the number of places. It is the root of d, the
    number of entries in a query.
    """
    return mistaken_weights(root=lambda d: math.sqrt(len(Q)))(Q, K)


@attention_exercise.mistake
def keys_ask(Q, K):
    """Rows and columns have changed places: here the keys ask the queries. Row t holds the
    scores of *query* t.
    """
    return causal_weights(K, Q)


@attention_exercise.mistake
def softmax_down_the_columns(Q, K):
    """Here the *columns* add up to 1. Each place that looks shares out its own attention: the
    rows add up to 1.
    """
    scores = np.where(np.tri(len(Q)) == 1, Q @ K.T / np.sqrt(Q.shape[1]), -np.inf)
    return softmax(scores.T).T


@attention_exercise.mistake
def overflow(Q, K):
    """With large scores exp is infinite, and infinity divided by infinity is NaN. Subtract the
    largest score of each row first, as in lesson 02.
    """
    with np.errstate(all="ignore"):
        return mistaken_weights(normalise=plain_softmax)(Q, K)


# 16.4 ------------------------------------------------------------- a draw at a temperature


def draw(logits, temperature, u):
    scaled = logits / temperature
    chances = np.exp(scaled - scaled.max())
    cumulative = np.cumsum(chances / chances.sum())
    return int(np.argmax(cumulative > u))  # the first True


def draw_by_search(logits, temperature, u):
    return np.searchsorted(np.cumsum(softmax(logits / temperature)), u, side="right")


def draw_in_a_loop(logits, temperature, u):
    reached = 0.0
    for place, chance in enumerate(softmax(logits / temperature)):
        reached += chance
        if u < reached:
            return place
    return len(logits) - 1


def place_of(chances, u):
    return int(np.argmax(np.cumsum(chances) > u))


def some_draw(rng):
    """A draw that is not within a hair of the border between two letters."""
    logits = rng.normal(scale=2, size=int(rng.integers(3, 8))).round(2)
    temperature = float(rng.choice([0.3, 0.5, 1.0, 2.0, 4.0]))
    borders = np.cumsum(softmax(logits / temperature))
    u = rng.uniform()
    while np.abs(borders - u).min() < 1e-3:
        u = rng.uniform()
    return logits, temperature, round(u, 5)


draw_exercise = Exercise(
    id="16.4",
    title="Draw a letter",
    points=3,
    minutes=10,
    difficulty="medium",
    name="draw",
    reference=draw,
    shown=True,
    alternatives=(draw_by_search, draw_in_a_loop),
    fixed=(
        (np.array([0.0, 0.0, 0.0, 0.0]), 1.0, 0.6),
        (np.array([0.0, 0.0]), 1.0, 0.5),
        (np.array([2.0, 1.0, 0.1]), 1.0, 0.65),
        (np.array([2.0, 1.0, 0.1]), 0.5, 0.65),
        (np.array([1.0, 2.0, 0.1]), 10.0, 0.72),
        (np.array([1.0, -2.0, 3.0]), 1.0, 0.0),
        (np.array([10.0, 20.0, 0.0]), 0.01, 0.3),
        (np.array([5.0, 8.0, 9.0]), 0.005, 0.4),
        (np.array([-3.0, -2.0, 0.5]), 0.25, 0.999),
    ),
    random=some_draw,
    quantity=False,
    hints=(
        "First the probabilities. Then lay them side by side on a line from 0 to 1: on which of "
        "the pieces does `u` fall?",
        "Divide the logits by the temperature *before* softmax, and subtract the largest before "
        "`np.exp`. `np.cumsum` gives the right ends of the pieces.",
        "The answer is the first place whose cumulative sum is larger than `u`: `np.argmax` of "
        "`cumulative > u` finds the first True.",
    ),
)


@draw_exercise.mistake
def always_the_likeliest(logits, temperature, u):
    """This is always the likeliest letter, whatever `u` is. A draw takes the others too, as
    often as their probabilities say.
    """
    return int(np.argmax(logits))


@draw_exercise.mistake
def temperature_forgotten(logits, temperature, u):
    """The temperature has no effect. Divide the logits by it, before softmax: where it divides
    the probabilities, making them add up to 1 undoes it again.
    """
    return place_of(softmax(logits), u)


@draw_exercise.mistake
def multiplied_by_the_temperature(logits, temperature, u):
    """The logits were multiplied by the temperature, so cold and hot have changed places.
    Divide.
    """
    return place_of(softmax(logits * temperature), u)


@draw_exercise.mistake
def probabilities_divided(logits, temperature, u):
    """The temperature divided the probabilities, after softmax, so they no longer add up to 1.
    It divides the logits.
    """
    return place_of(softmax(logits) / temperature, u)


@draw_exercise.mistake
def divided_by_the_largest(logits, temperature, u):
    """The probabilities were divided by the largest of them, so they do not add up to 1, and the
    temperature has no effect. It divides the logits, before softmax.
    """
    chances = softmax(logits)
    return place_of(chances / chances.max(), u)


@draw_exercise.mistake
def compared_without_adding_up(logits, temperature, u):
    """`u` was compared with each probability by itself. The pieces lie side by side, so compare
    it with the cumulative sums, `np.cumsum`.
    """
    return place_of(np.diff(softmax(logits / temperature), prepend=0), u)


@draw_exercise.mistake
def one_too_early(logits, temperature, u):
    """That is the letter *before* the right one: where `u` falls, its piece has already ended.
    Take the first whose cumulative sum is larger than `u`.
    """
    return max(draw(logits, temperature, u) - 1, 0)


@draw_exercise.mistake
def sorted_first(logits, temperature, u):
    """The probabilities were sorted first, so the place is one in the sorted list, and not the
    number of a symbol.
    """
    return place_of(np.sort(softmax(logits / temperature))[::-1], u)


@draw_exercise.mistake
def overflowing_logits(logits, temperature, u):
    """At a low temperature the logits become large, exp is infinite, and the probabilities are
    NaN. Subtract the largest first, as in lesson 02.
    """
    with np.errstate(all="ignore"):
        chances = np.exp(logits / temperature)
        return place_of(chances / chances.sum(), u)


# 16.5 ------------------------------------------------------------- an honest baseline in bits


def bits(text, held_out, symbols):
    pairs = Counter(itertools.pairwise(text))
    seen = Counter(text[:-1])
    total = 0.0
    for before, letter in itertools.pairwise(held_out):
        p = (pairs[before, letter] + 1) / (seen[before] + len(symbols))
        total -= math.log2(p)
    return total / (len(held_out) - 1)


def bits_from_a_matrix(text, held_out, symbols):
    number_of = {symbol: number for number, symbol in enumerate(symbols)}
    learned, new = ([number_of[letter] for letter in part] for part in (text, held_out))
    counts = np.ones((len(symbols), len(symbols)))
    np.add.at(counts, (learned[:-1], learned[1:]), 1)
    p = counts / counts.sum(axis=1, keepdims=True)
    return -np.log2(p[new[:-1], new[1:]]).mean()


def bits_by_searching(text, held_out, symbols):
    costs = []
    for place in range(1, len(held_out)):
        before, letter = held_out[place - 1], held_out[place]
        followers = [text[i + 1] for i in range(len(text) - 1) if text[i] == before]
        p = (followers.count(letter) + 1) / (len(followers) + len(symbols))
        costs.append(-np.log(p) / np.log(2))
    return sum(costs) / len(costs)


def mistaken_bits(
    log=math.log2, add=1, in_seen=True, single=False, mean=lambda costs: sum(costs) / len(costs)
):
    def bits_of(text, held_out, symbols):
        pairs, seen = Counter(itertools.pairwise(text)), Counter(text[:-1])
        costs = []
        for before, letter in itertools.pairwise(held_out):
            times, of = (text.count(letter), len(text)) if single else (pairs[before, letter], 0)
            of = of or seen[before]
            costs.append(-log((times + add) / (of + len(symbols) * in_seen)))
        return mean(costs)

    return bits_of


def some_novel(rng):
    symbols = "abcde"[: int(rng.integers(3, 6))]
    letters = list(symbols)
    habit = rng.dirichlet(np.ones(len(letters)))
    text = "".join(rng.choice(letters, size=int(rng.integers(12, 40)), p=habit))
    return text, "".join(rng.choice(letters, size=int(rng.integers(4, 12)))), symbols


bits_exercise = Exercise(
    id="16.5",
    title="An honest baseline, in bits",
    points=4,
    minutes=15,
    difficulty="hard",
    name="bits",
    reference=bits,
    alternatives=(bits_from_a_matrix, bits_by_searching),
    fixed=(
        ("banana", "nab", "abn"),
        ("banana", "bn", "abn"),
        ("aaaa", "ab", "ab"),
        ("abab", "ccc", "abc"),
    ),
    random=some_novel,
    hints=(
        "Work out the example on paper: which two letters of `nab` are guessed, and after which? "
        "How often did that happen in `banana`?",
        "`Counter(zip(text, text[1:]))` counts the pairs. How often a letter was followed by "
        "anything is its count in `text[:-1]`: the last letter has no follower.",
        "For each pair of `held_out`: p = (times + 1) / (seen + len(symbols)), and −log2(p). "
        "Return the mean. `nab` gives the mean of −log2(3/5) and −log2(1/5).",
    ),
)


@bits_exercise.mistake
def nats_in_place_of_bits(*arguments):
    """This is in nats, with the natural logarithm. Bits have the logarithm to base 2."""
    return mistaken_bits(log=math.log)(*arguments)


@bits_exercise.mistake
def sum_in_place_of_the_mean(*arguments):
    """These are the bits of all guesses together. Bits per letter are their mean."""
    return mistaken_bits(mean=sum)(*arguments)


@bits_exercise.mistake
def divided_by_all_letters(text, held_out, symbols):
    """The sum was divided by the number of held-out letters. The first of them is not guessed,
    so there is one guess fewer.
    """
    return bits(text, held_out, symbols) * (len(held_out) - 1) / len(held_out)


@bits_exercise.mistake
def symbols_missing_below(*arguments):
    """1 was added to the count, but not to all the others: the probabilities add up to more than
    1. Below, `len(symbols)` has to be added.
    """
    return mistaken_bits(in_seen=False)(*arguments)


@bits_exercise.mistake
def held_out_was_counted(text, held_out, symbols):
    """The held-out letters were counted as well, so the baseline knows the answers. Count in
    `text` alone.
    """
    return bits(text + held_out, held_out, symbols)


@bits_exercise.mistake
def measured_on_what_was_counted(text, held_out, symbols):
    """This was measured on the text that was counted. Count in `text`, measure on `held_out`."""
    return bits(text, text, symbols)


@bits_exercise.mistake
def the_letter_before_is_ignored(*arguments):
    """Here each letter is guessed from how often it occurs at all. Count what came after the
    letter *before* it.
    """
    return mistaken_bits(single=True)(*arguments)


@bits_exercise.mistake
def the_last_letter_counted_as_followed(text, held_out, symbols):
    """The last letter of the text was counted as if something followed it. Nothing does: how
    often a letter was followed is its count in `text[:-1]`.
    """
    pairs, total = Counter(itertools.pairwise(text)), 0.0
    for before, letter in itertools.pairwise(held_out):
        total -= math.log2((pairs[before, letter] + 1) / (text.count(before) + len(symbols)))
    return total / (len(held_out) - 1)


@bits_exercise.mistake
def only_the_symbols_of_the_text(text, held_out, symbols):
    """Below, only the different letters of `text` were added. Letters that never occurred in it
    are possible too: add `len(symbols)`.
    """
    return bits(text, held_out, sorted(set(text)))


@bits_exercise.mistake
def perplexity(*arguments):
    """This is the perplexity, 2 to the power of the bits. Return the bits themselves."""
    return 2 ** bits(*arguments)


EXERCISES = (
    *(windows_exercise, gate_exercise, attention_exercise, draw_exercise),
    bits_exercise,
)
