"""Exercises for lesson 11, data and generalisation."""

import numpy as np

from nncourse.exercises.given import lesson_11 as given
from nncourse.judging.exercise import Exercise

TITLE = "Data and generalisation"


# 11.1 ------------------------------------------------------------- predict a number

AGES = np.array([23.0, 29.0, 31.0, 37.0])  # mean 30, std 5
NEWCOMER = 42.0
ALL_AGES = np.append(AGES, NEWCOMER)


ONE_LESS = (NEWCOMER - AGES.mean()) / AGES.std(ddof=1)
LEAKED = (NEWCOMER - ALL_AGES.mean()) / ALL_AGES.std()
RANGE = (NEWCOMER - AGES.min()) / np.ptp(AGES)


def near(value):
    """seen for a mistake whose value may have been rounded by hand."""
    return lambda arguments, result: abs(result - value) < 0.012


def newcomer():
    return (NEWCOMER - AGES.mean()) / AGES.std()


newcomer_exercise = Exercise(
    id="11.1",
    title="A newcomer, standardised",
    points=1,
    minutes=4,
    difficulty="easy",
    name="newcomer",
    reference=newcomer,
    rtol=0,
    atol=1e-3,
    hints=(
        "z = (x − mean) / std. The newcomer is x. Whose mean, and whose std?",
        "The mean of the four training ages is 30. For the std, take the four distances from it, "
        "square them, take the mean of the squares, and then the root.",
        "The squares are 49, 1, 1 and 49, and their mean is 25. So the std is 5.",
    ),
)


@newcomer_exercise.mistake(seen=near(LEAKED))
def the_newcomer_took_part():
    """That is the mean and the std of all five ages. The newcomer is new: what z means was
    settled with the four training ages, and does not change for a fifth.
    """
    return LEAKED


@newcomer_exercise.mistake
def scaled_by_itself():
    """With its own mean every single number becomes 0, whoever it is. The newcomer is measured
    with the mean and the std of the training ages.
    """
    return 0.0


@newcomer_exercise.mistake
def not_divided_by_the_std():
    """That is the distance from the mean, in years. Divided by the std it becomes a distance
    without a unit, the same scale for every column.
    """
    return NEWCOMER - AGES.mean()


@newcomer_exercise.mistake
def divided_by_the_variance():
    """25 is the mean of the squared distances, the variance. The std is its square root."""
    return (NEWCOMER - AGES.mean()) / AGES.var()


@newcomer_exercise.mistake
def mean_not_subtracted():
    """The age was divided by the std, and the mean was not taken away first."""
    return NEWCOMER / AGES.std()


@newcomer_exercise.mistake("divided by n − 1", seen=near(ONE_LESS))
def divided_by_n_1():
    """That std comes from a sum divided by 3, as many calculators and tables do it. In this
    course, as in `np.std`, it is a plain mean: the sum is divided by 4.
    """
    return ONE_LESS


@newcomer_exercise.mistake("scaled to 0 … 1", seen=near(RANGE))
def scaled_to_0_1():
    """That puts the youngest at 0 and the oldest at 1. Standardising puts the mean at 0, and
    one std away from it at 1.
    """
    return RANGE


@newcomer_exercise.mistake
def sign_turned_round():
    """The newcomer is older than the mean, so z is above 0: x − mean, not mean − x."""
    return (AGES.mean() - NEWCOMER) / AGES.std()


# 11.2 ------------------------------------------------------------- write a function


def standardise(train, new):
    # one mean and one std for each column; new rows have no say in them
    mean, std = train.mean(axis=0), train.std(axis=0)
    # ptp is the largest minus the smallest: 0 where a column never changes
    std = np.where(np.ptp(train, axis=0) > 0, std, 1.0)
    return (train - mean) / std, (new - mean) / std


def standardise_column_by_column(train, new):
    columns = []
    for old, fresh in zip(train.T, new.T, strict=True):
        mean = sum(old) / len(old)
        std = (sum((old - mean) ** 2) / len(old)) ** 0.5
        std = 1 if min(old) == max(old) else std
        columns.append(np.concatenate([old - mean, fresh - mean]) / std)
    both = np.column_stack(columns)
    return both[: len(train)], both[len(train) :]


def standardise_with_a_mask(train, new):
    spread = np.sqrt(np.mean((train - np.mean(train, axis=0)) ** 2, axis=0))
    spread[spread < 1e-12] = 1
    return [(part - np.mean(train, axis=0)) / spread for part in (train, new)]


def safe(std):
    return np.where(std > 1e-12, std, 1.0)


def divided_by_something_tiny(arguments, result):
    """Right but for a column that never changes, and there huge: std + 1e-8, or the like."""
    varies = np.ptp(arguments[0], axis=0) > 0
    for mine, right in zip(result, standardise(*arguments), strict=True):
        rest, wanted = np.abs(mine[:, ~varies]), right[:, ~varies]
        if not np.allclose(mine[:, varies], right[:, varies], rtol=1e-3, atol=1e-3):
            return False
        if not np.array_equal(rest > 100, np.abs(wanted) > 1e-9) or rest.max(initial=0) > 1e300:
            return False
    return True


def scaled_with(train, new, mean, std):
    return (train - mean) / std, (new - mean) / std


def applicants(rng):
    """Some training rows, some new ones: columns of very different scale."""
    columns = int(rng.integers(2, 5))
    middle, spread = rng.uniform(-50, 50, size=columns), 10 ** rng.uniform(-1, 3, size=columns)
    rows = int(rng.integers(3, 9))
    train = middle + spread * rng.normal(size=(rows, columns))
    new = middle + spread * rng.normal(size=(int(rng.integers(1, 5)), columns))
    return train.round(3), new.round(3)


standardise_exercise = Exercise(
    id="11.2",
    title="A scaler that does not leak",
    points=3,
    minutes=10,
    difficulty="medium",
    name="standardise",
    reference=standardise,
    shown=True,
    alternatives=(standardise_column_by_column, standardise_with_a_mask),
    rtol=1e-5,
    atol=1e-6,
    fixed=(
        (np.array([[1.0], [3.0]]), np.array([[5.0]])),
        (
            np.array([[25000, 25, 0.5], [80000, 55, 0.9]]),
            np.array([[1_000_000, 30, 0.6], [30000, 40, 0.7]]),
        ),
        (
            np.array([[1.0, 3.0], [2.0, 3.0], [6.0, 3.0]]),
            np.array([[2.0, 3.0], [3.0, 5.0]]),
        ),
        (np.array([[0.1, -4.0], [0.3, 8.0], [0.2, 5.0]]), np.array([[0.2, 0.0]])),
        (np.array([[5.0, 7.0], [5.0, 7.0], [5.0, 9.0]]), np.array([[4.0, 8.0], [5.0, 7.0]])),
        (np.array([[0.1, 1.0], [0.1, 2.0], [0.1, 6.0]]), np.array([[0.3, 3.0]])),
        (np.array([[2.0, 0.7], [2.0, 0.7], [8.0, 0.7]]), np.array([[5.0, 0.7], [5.0, 0.9]])),
    ),
    random=applicants,
    hints=(
        "Two lines compute the mean and the std of every column, and one more uses them for both "
        "tables. Which of the two tables may the mean and the std see?",
        "`train.mean(axis=0)` is the mean of every column. And a column that never changes? Its "
        "std may come out as 0, or as the tiny number that rounding leaves.",
        "Where a column never changes, put 1 in place of its std: "
        "`np.where(np.ptp(train, axis=0) > 0, std, 1)`. Then (train − mean) / std and "
        "(new − mean) / std, with the same mean and std.",
    ),
)


@standardise_exercise.mistake("leakage")
def with_a_leak(train, new):
    """The mean and the std were taken over both tables together, so the new rows have leaked
    into the training data. Only `train` may decide what z = 1 means.
    """
    everything = np.vstack([train, new])
    mean, std = everything.mean(axis=0), safe(everything.std(axis=0))
    return (train - mean) / std, (new - mean) / std


@standardise_exercise.mistake("a scaler of their own")
def by_themselves(train, new):
    """The new rows were scaled with their own mean and std. Then any group becomes average:
    rich applicants look like everybody. Use the mean and the std of `train` for both.
    """
    return standardise(train, train)[0], standardise(new, new)[0]


@standardise_exercise.mistake
def divided_by_0(train, new):
    """All is well until a column never changes: its std is 0, and the result is `nan` or `inf`.
    Such a column is only shifted, as if its std were 1.
    """
    return scaled_with(train, new, train.mean(axis=0), train.std(axis=0))


@standardise_exercise.mistake("divided by what rounding left")
def divided_by_what_rounding_left(train, new):
    """Nearly. The std of a column that always holds 0.1 is not exactly 0 in a computer, and
    `std > 0` lets it pass. Ask whether the column changes: `np.ptp(train, axis=0) > 0`.
    """
    std = train.std(axis=0)
    return scaled_with(train, new, train.mean(axis=0), np.where(std > 0, std, 1.0))


@standardise_exercise.mistake("a scaler of their own, and divided by 0")
def by_themselves_divided_by_0(train, new):
    """The new rows were scaled with their own mean and std (and a single new row then has a std
    of 0). Use the mean and the std of `train` for both.
    """
    return (
        scaled_with(train, train, train.mean(axis=0), train.std(axis=0))[0],
        scaled_with(new, new, new.mean(axis=0), new.std(axis=0))[0],
    )


@standardise_exercise.mistake("divided by something tiny", seen=divided_by_something_tiny)
def divided_by_something_tiny_11_2(train, new):
    """All is well until a column never changes. Its std is 0, and divided by a tiny number a
    small difference in `new` becomes enormous. Divide such a column by 1.
    """
    return scaled_with(train, new, train.mean(axis=0), train.std(axis=0) + 1e-8)


@standardise_exercise.mistake("divided by 0, and hidden")
def divided_by_0_and_hidden(train, new):
    """A column that never changes is divided by 0, and `nan_to_num` hides that: it makes 0 of
    `nan`, and of an infinite number the largest that there is. Divide such a column by 1.
    """
    return tuple(
        np.nan_to_num(part)
        for part in scaled_with(train, new, train.mean(axis=0), train.std(axis=0))
    )


@standardise_exercise.mistake("a column that never changes set to 0")
def only_where_it_varies(train, new):
    """A column that never changes in `train` may still hold another value in `new`: 5, where
    `train` always has 3, becomes 2. It is only shifted, not wiped out.
    """
    varies = np.ptp(train, axis=0) > 0
    return tuple(np.where(varies, part, 0.0) for part in standardise(train, new))


@standardise_exercise.mistake
def one_mean_for_all_columns(train, new):
    """Without `axis=0` there is one mean and one std for the whole table, and the income still
    drowns the age. Each column needs its own.
    """
    return scaled_with(train, new, train.mean(), safe(train.std()))


@standardise_exercise.mistake("divided by the variance")
def divided_by_the_variance_11_2(train, new):
    """The columns were divided by their variance. The std is its square root, and has the unit
    of the column, so that the unit cancels.
    """
    return scaled_with(train, new, train.mean(axis=0), safe(train.var(axis=0)))


@standardise_exercise.mistake("mean not subtracted")
def mean_not_subtracted_11_2(train, new):
    """Every column was divided by its std, but not moved: its mean is not 0. First subtract the
    mean, then divide.
    """
    return scaled_with(train, new, 0, safe(train.std(axis=0)))


@standardise_exercise.mistake
def not_divided(train, new):
    """Every column was moved to the mean 0, but the scales are as different as before. Divide
    by the std.
    """
    return scaled_with(train, new, train.mean(axis=0), 1)


@standardise_exercise.mistake("divided by n − 1")
def divided_by_n_1_11_2(train, new):
    """This std divides by n − 1 (`ddof=1`, the habit of pandas). The scaler of this course,
    like that of scikit-learn, divides by n, which `std` does by itself.
    """
    return scaled_with(train, new, train.mean(axis=0), safe(train.std(axis=0, ddof=1)))


@standardise_exercise.mistake
def new_rows_left_raw(train, new):
    """The training rows are right, and the new ones came back as they were. A network that
    learned z and now gets 25000 takes it for z = 25000.
    """
    return (standardise(train, new)[0], new)


@standardise_exercise.mistake
def only_the_new_rows(train, new):
    """The new rows alone came back. Return both tables, `train` first."""
    return standardise(train, new)[1]


@standardise_exercise.mistake("scaled to 0 … 1")
def scaled_to_0_1_11_2(train, new):
    """That puts the smallest training value at 0 and the largest at 1. Standardising uses the
    mean and the std.
    """
    return scaled_with(train, new, train.min(axis=0), safe(np.ptp(train, axis=0)))


# 11.3 ------------------------------------------------------------- find the bugs


def split(x, y, n_val, n_test, seed):
    order = np.random.default_rng(seed).permutation(len(x))
    x, y = x[order], y[order]
    first, second = n_val, n_val + n_test
    return (
        (x[second:], y[second:]),
        (x[:first], y[:first]),
        (x[first:second], y[first:second]),
    )


def split_with_np_split(x, y, n_val, n_test, seed):
    order = np.random.default_rng(seed).permutation(len(x))
    val, test, train = np.split(order, [n_val, n_val + n_test])
    return [(x[part], y[part]) for part in (train, val, test)]


def split_by_chance_and_masks(x, y, n_val, n_test, seed):
    """Which part a row belongs to is written on slips, and the slips are shuffled."""
    n_train = len(x) - n_val - n_test
    part = np.repeat([0, 1, 2], [n_train, n_val, n_test])
    np.random.default_rng(seed).shuffle(part)
    return tuple((x[part == k], y[part == k]) for k in range(3))


def split_pairs(x, y, n_val, n_test, seed):
    """Rows and answers are tied together before the shuffle, and untied after it."""
    tied = np.random.default_rng(seed).permutation(np.column_stack([x, y]))
    n_train = len(x) - n_val - n_test
    parts = tied[:n_train], tied[n_train : n_train + n_val], tied[n_train + n_val :]
    return [(part[:, :-1], part[:, -1]) for part in parts]


def faulty_split(torn=False, test_from_0=False, train_from_val=False):
    """The split of the notebook, with any of its three bugs."""

    def split(x, y, n_val, n_test, seed):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(x))
        x, y = x[order], y[rng.permutation(len(y)) if torn else order]
        test = slice(0, n_test) if test_from_0 else slice(n_val, n_val + n_test)
        train = slice(n_val, None) if train_from_val else slice(n_val + n_test, None)
        return (x[train], y[train]), (x[:n_val], y[:n_val]), (x[test], y[test])

    return split


def with_order(make_order):
    """A right split but for the order of the rows, which make_order(n, seed) gives."""

    def split(x, y, n_val, n_test, seed):
        order = make_order(len(x), seed)
        val, test, train = np.split(order, [n_val, n_val + n_test])
        return (x[train], y[train]), (x[val], y[val]), (x[test], y[test])

    return split


PARTS = ("training", "validation", "test")


def rows_of(x, part):
    """For each row of a part (its x, its y), the number of the row of x that it is."""
    part_x = np.asarray(part[0], float)
    if part_x.ndim != 2 or part_x.shape[1] != x.shape[1]:
        raise ValueError(f"Rows of shape {x.shape[1:]} came back as an array {part_x.shape}.")
    gaps = np.abs(part_x[:, None] - x[None]).max(axis=2)
    if gaps.size and gaps.min(axis=1).max() > 1e-6:
        raise ValueError("One of the parts holds a row that was not among the examples.")
    return gaps.argmin(axis=1)


def look(arguments, result):
    """What there is to say about three splits: twice with the same seed, once with another."""
    x, y, n_val, n_test, _ = arguments
    first, again, other = ([rows_of(x, part) for part in parts] for parts in result)
    targets = [np.asarray(part[1]) for part in result[0]]
    wanted = (len(x) - n_val - n_test, n_val, n_test)
    sets = [set(rows.tolist()) for rows in first]
    return {
        "sizes": [(len(rows), size) for rows, size in zip(first, wanted, strict=True)],
        "torn": [(rows, t) for rows, t in zip(first, targets, strict=True) if torn(y, rows, t)],
        "twice": [k for k in range(3) if len(sets[k]) < len(first[k])],
        "shared": {(a, b) for a, b in ((0, 1), (0, 2), (1, 2)) if sets[a] & sets[b]},
        "in order": all(np.all(np.diff(rows) == 1) for rows in first),
        "repeats": equal(first, again),
        "same for another seed": equal(first, other),
    }


def torn(y, rows, targets):
    return targets.shape != rows.shape or bool(np.abs(y[rows] - targets).max(initial=0) > 1e-6)


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def judge_split(arguments, result):
    try:
        seen = look(arguments, result)
    except ValueError as error:
        return f"{error} Each of the three parts is a pair, its rows of x and its y."
    seed = arguments[-1]
    for name, (found, wanted) in zip(PARTS, seen["sizes"], strict=True):
        if found != wanted:
            return f"The {name} part has {found} rows, expected {wanted}."
    if seen["torn"]:
        rows, targets = seen["torn"][0]
        if targets.shape != rows.shape:
            return f"There are {len(rows)} rows and targets of shape {targets.shape}."
        at = int(np.argmax(np.abs(arguments[1][rows] - targets)))
        right = arguments[1][rows[at]]
        return (
            f"Row {rows[at]} of x has the target {right:g}, and after the split it stands beside "
            f"{targets[at]:g}."
        )
    if seen["twice"]:
        return f"There is a row that stands twice in the {PARTS[seen['twice'][0]]} part."
    if seen["shared"]:
        a, b = min(seen["shared"])
        return f"There are rows that stand in the {PARTS[a]} part and in the {PARTS[b]} part."
    if seen["in order"]:
        return "The parts are slices of the rows in their first order: nothing was shuffled."
    if not seen["repeats"]:
        return f"Called twice with the seed {seed}, it split in two different ways."
    if seen["same for another seed"]:
        return f"With the seeds {seed} and {seed + 1} it split in the same way."
    return None


def shows(**wanted):
    """seen for a misconception: torn, twice, shared, order, repeats, same, each as it has to be."""

    def seen(arguments, result):
        found = look(arguments, result)
        if any(a != b for a, b in found["sizes"]):
            return False
        facts = {
            "torn": bool(found["torn"]),
            "twice": bool(found["twice"]),
            "shared": found["shared"],
            "in_order": found["in order"],
            "repeats": found["repeats"],
            "same": found["same for another seed"],
        }
        return all(facts[name] == value for name, value in wanted.items())

    return seen


def trains_behind_val(arguments, result):
    """The training part begins right after the validation part: too large by n_test rows."""
    (train, _), *others = look(arguments, result)["sizes"]
    return all(a == b for a, b in others) and train == len(arguments[0]) - arguments[2]


def bugs_left(arguments, result, torn, test_from_0):
    found = look(arguments, result)
    if arguments[3] == 0:  # without test rows only the shuffle shows
        return bool(found["torn"]) == torn
    return (
        trains_behind_val(arguments, result)
        and bool(found["torn"]) == torn
        and ((1, 2) in found["shared"]) == test_from_0
    )


def overlap_of(arguments):
    """The parts that share rows when validation and test begin at the same place."""
    return {(1, 2)} if arguments[3] else set()


def counted_from_the_end(arguments, result):
    """Right, but for n_test = 0, where x[-0:] is everything."""
    if arguments[3]:
        return judge_split(arguments, result) is None
    return look(arguments, result)["sizes"][2][0] == len(arguments[0])


def in_another_order(arguments, result):
    found, wanted = zip(*look(arguments, result)["sizes"], strict=True)
    return found != wanted and sorted(found) == sorted(wanted)


def some_rows(rng):
    n = int(rng.integers(40, 61))
    n_val, n_test = (int(size) for size in rng.choice(np.arange(7, 13), 2, replace=False))
    x, y = rng.normal(size=(n, 2)).round(4), np.sort(rng.normal(size=n).round(4))
    return x, y, n_val, n_test, int(rng.integers(0, 1000))


TORN = (
    "`rng.permutation(x)` and `rng.permutation(y)` are two different shuffles, so every row stands "
    "beside the target of another. Draw one order, and use it for both."
)
OVERLAP = (
    "The validation part and the test part both begin at row 0. Then the test rows took part in "
    "your decisions. The test part begins where the validation part ends."
)
HOLDS_TEST = (
    "`x[n_val:]` leaves out the validation rows only, and the test rows are among those that "
    "train. The training part begins after both."
)

split_exercise = Exercise(
    id="11.3",
    title="A split with three bugs",
    points=3,
    minutes=12,
    difficulty="medium",
    name="split",
    reference=split,
    alternatives=(split_with_np_split, split_by_chance_and_masks, split_pairs),
    driver=given.split_three_times,
    fixed=(
        (np.arange(40.0).reshape(20, 2), 100 * np.arange(20.0), 6, 5, 0),
        (np.arange(90.0).reshape(30, 3), -np.arange(30.0), 5, 9, 7),
        (np.arange(24.0).reshape(12, 2), np.arange(12.0) / 2, 4, 0, 3),
    ),
    random=some_rows,
    judge=judge_split,
    hints=(
        "Run the cell with the bugs, and look at one row. Which target should stand beside it? "
        "Then count the rows that stand in two parts.",
        "Draw one order, `order = rng.permutation(len(x))`, and use it for both arrays. Then "
        "write down the two places at which the shuffled rows are cut.",
        "The cuts are at `n_val` and at `n_val + n_test`. Validation is before the first, test "
        "between both, training after the second.",
    ),
)


@split_exercise.mistake(seen=lambda arguments, result: bugs_left(arguments, result, True, True))
def all_three_bugs_are_there(*arguments):
    """This splits as the function with the bugs does. Begin with the shuffle:
    `rng.permutation(x)` and `rng.permutation(y)` are two different shuffles, so every row
    stands beside the target of another. Draw one order, and use it for both.
    """
    return faulty_split(torn=True, test_from_0=True, train_from_val=True)(*arguments)


@split_exercise.mistake(seen=shows(torn=True, twice=False, shared=set()))
def rows_and_targets_shuffled_apart(*arguments):
    """The parts are cut correctly. But the rows of x and their targets were not moved in the
    same way, so rows stand beside the targets of others. Draw one order, and use it for both.
    """
    return faulty_split(torn=True)(*arguments)


@split_exercise.mistake(
    seen=lambda arguments, result: (
        not look(arguments, result)["torn"]
        and look(arguments, result)["shared"] == overlap_of(arguments)
    )
)
def validation_and_test_overlap(*arguments):
    """Two bugs are fixed, one is left. The validation part and the test part both begin at row
    0. Then the test rows took part in your decisions. The test part begins where the
    validation part ends.
    """
    return faulty_split(test_from_0=True)(*arguments)


@split_exercise.mistake(seen=lambda arguments, result: bugs_left(arguments, result, False, False))
def the_test_is_in_the_training(*arguments):
    """Two bugs are fixed, one is left. `x[n_val:]` leaves out the validation rows only, and
    the test rows are among those that train. The training part begins after both.
    """
    return faulty_split(train_from_val=True)(*arguments)


@split_exercise.mistake(seen=lambda arguments, result: bugs_left(arguments, result, False, True))
def only_the_shuffle_fixed(*arguments):
    """Rows and targets belong together now. But the three parts share rows. The validation part
    and the test part both begin at row 0. Then the test rows took part in your decisions.
    The test part begins where the validation part ends.
    """
    return faulty_split(test_from_0=True, train_from_val=True)(*arguments)


@split_exercise.mistake(
    seen=lambda arguments, result: (
        bool(look(arguments, result)["torn"])
        and look(arguments, result)["shared"] == overlap_of(arguments)
    )
)
def only_the_training_part_fixed(*arguments):
    """The training part is free of the other two now. Two bugs are left. `rng.permutation(x)`
    and `rng.permutation(y)` are two different shuffles, so every row stands beside the
    target of another. Draw one order, and use it for both.
    """
    return faulty_split(torn=True, test_from_0=True)(*arguments)


@split_exercise.mistake(seen=lambda arguments, result: bugs_left(arguments, result, True, False))
def only_the_test_part_fixed(*arguments):
    """The test part begins in the right place now. Two bugs are left. `rng.permutation(x)` and
    `rng.permutation(y)` are two different shuffles, so every row stands beside the target of
    another. Draw one order, and use it for both.
    """
    return faulty_split(torn=True, train_from_val=True)(*arguments)


@split_exercise.mistake(seen=counted_from_the_end)
def the_test_part_counted_from_the_end(x, y, n_val, n_test, seed):
    """Right whenever there are test rows. But `x[-n_test:]` with n_test = 0 is `x[0:]`, all rows.
    Count from the front: the test part lies between n_val and n_val + n_test.
    """
    order = np.random.default_rng(seed).permutation(len(x))
    x, y = x[order], y[order]
    return (
        (x[n_val : len(x) - n_test], y[n_val : len(x) - n_test]),
        (x[:n_val], y[:n_val]),
        (x[-n_test:], y[-n_test:]),
    )


@split_exercise.mistake(seen=in_another_order)
def parts_in_another_order(*arguments):
    """The parts have the right sizes, in another order. Return training, validation, test."""
    return split(*arguments)[1:] + split(*arguments)[:1]


@split_exercise.mistake(seen=shows(in_order=True, torn=False, shared=set()))
def not_shuffled(*arguments):
    """The rows are cut as they come. Data is often sorted, by class or by date: then the test
    holds what training has never seen. Shuffle first.
    """
    return with_order(lambda n, seed: np.arange(n))(*arguments)


@split_exercise.mistake(seen=shows(torn=False, twice=True))
def drawn_with_replacement(*arguments):
    """Some rows were drawn twice, and others never: `integers` and `choice` put every row back.
    `permutation` gives each number once.
    """
    return with_order(lambda n, seed: np.random.default_rng(seed).integers(0, n, n))(*arguments)


@split_exercise.mistake(
    seen=shows(torn=False, twice=False, shared=set(), in_order=False, repeats=False)
)
def seed_not_used(*arguments):
    """Each call splits in another way. Tomorrow some test rows would be training rows. Give the
    seed to `np.random.default_rng`.
    """
    return with_order(lambda n, seed: np.random.default_rng().permutation(n))(*arguments)


@split_exercise.mistake(
    seen=shows(torn=False, twice=False, shared=set(), in_order=False, repeats=True, same=True)
)
def always_the_same_seed(*arguments):
    """The split is the same for every seed. The argument `seed` belongs in
    `np.random.default_rng(seed)`.
    """
    return with_order(lambda n, seed: np.random.default_rng(0).permutation(n))(*arguments)


# 11.4 ------------------------------------------------------------- write a function, hard


def early_stopping(val_losses, patience):
    best, best_epoch = np.inf, 0
    for epoch, loss in enumerate(val_losses, start=1):
        if loss < best:
            # compared with the best so far, not with the epoch before
            best, best_epoch = loss, epoch
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch
    return len(val_losses), best_epoch


def early_stopping_with_a_counter(val_losses, patience):
    waited = best_epoch = epoch = 0
    while epoch < len(val_losses) and waited < patience:
        better = epoch == 0 or val_losses[epoch] < val_losses[best_epoch - 1]
        epoch += 1
        waited = 0 if better else waited + 1
        best_epoch = epoch if better else best_epoch
    return [epoch, best_epoch]


def early_stopping_by_looking_back(val_losses, patience):
    for epoch in range(1, len(val_losses) + 1):
        best_epoch = int(np.argmin(val_losses[:epoch])) + 1
        if epoch - best_epoch == patience:
            break
    return epoch, best_epoch


def some_losses(rng):
    """A valley with bumps, in steps of 0.05, so that equal losses occur."""
    n = int(rng.integers(4, 16))
    valley = 0.4 + 0.04 * np.abs(np.arange(n) - rng.integers(1, n))
    losses = np.round(20 * (valley + 0.08 * rng.normal(size=n))) / 20
    return losses.round(2), int(rng.integers(1, 5))


early_stopping_exercise = Exercise(
    id="11.4",
    title="Early stopping",
    points=4,
    minutes=15,
    difficulty="hard",
    name="early_stopping",
    reference=early_stopping,
    shown=True,
    alternatives=(early_stopping_with_a_counter, early_stopping_by_looking_back),
    fixed=(
        (np.array([0.9, 0.7, 0.5, 0.6, 0.7, 0.8]), 2),
        (np.array([0.9, 0.5, 0.6, 0.4, 0.6, 0.7, 0.3]), 2),
        (np.array([1.0, 0.5, 0.9, 0.8, 0.7, 0.6]), 3),
        (np.array([3.0, 2.0, 1.0]), 1),
        (np.array([0.5, 0.5, 0.5, 0.4]), 2),
        (np.array([0.7]), 1),
    ),
    random=some_losses,
    hints=(
        "Go through the losses as `fit` does, epoch by epoch, and remember two things: the lowest "
        "loss so far, and the epoch in which it was.",
        "In each epoch one of two things happens. Either the loss is below the best so far: "
        "remember it. Or it is not: then see how many epochs ago the best one was.",
        "`enumerate(val_losses, start=1)` gives epochs from 1. Stop when `epoch - best_epoch` "
        "reaches `patience`; and if that never happens, all epochs were trained.",
    ),
    equivalent_mutants={
        "line 2: 0 -> 1": "the first loss is below infinity, so it sets best_epoch in any case",
    },
)


@early_stopping_exercise.mistake("compared with the epoch before")
def compared_with_the_one_before(val_losses, patience):
    """Each loss was compared with the one before it. After a jump upwards every small step down
    then counts as progress. Compare with the best loss so far.
    """
    waited, last_better = 0, 1
    for epoch in range(2, len(val_losses) + 1):
        if val_losses[epoch - 1] < val_losses[epoch - 2]:
            waited, last_better = 0, epoch
        else:
            waited += 1
        if waited >= patience:
            return epoch, last_better
    return len(val_losses), last_better


@early_stopping_exercise.mistake("waiting never starts again")
def never_reset(val_losses, patience):
    """The bad epochs were counted over the whole training. `patience` counts the epochs since
    the best one: a new best loss sets the count back to 0.
    """
    best, best_epoch, waited = np.inf, 0, 0
    for epoch, loss in enumerate(val_losses, start=1):
        if loss < best:
            best, best_epoch = loss, epoch
        else:
            waited += 1
        if waited >= patience:
            return epoch, best_epoch
    return len(val_losses), best_epoch


@early_stopping_exercise.mistake
def the_last_epoch_taken_for_the_best(v, patience):
    """It stops in the right epoch, but says that this one was the best. The best one lies
    before it: its weights are the ones to put back.
    """
    return (early_stopping(v, patience)[0],) * 2


@early_stopping_exercise.mistake
def one_epoch_too_patient(v, patience):
    """It waits for one epoch more than `patience` says. With patience 2 it stops in the second
    epoch after the best one.
    """
    return early_stopping(v, patience + 1)


@early_stopping_exercise.mistake("an equal loss counts as better")
def tie_is_better(val_losses, patience):
    """A loss that is only as low as the best one is no improvement. Otherwise a flat curve
    would never stop.
    """
    best, best_epoch = np.inf, 0
    for epoch, loss in enumerate(val_losses, start=1):
        if loss <= best:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch
    return len(val_losses), best_epoch


@early_stopping_exercise.mistake
def looks_into_the_future(v, patience):
    """The best epoch was searched among all losses, also those after the stop. These epochs
    were never trained, so nobody knows their losses.
    """
    return (early_stopping(v, patience)[0], int(np.argmin(v)) + 1)


@early_stopping_exercise.mistake
def the_lowest_of_all_losses_taken(v, patience):
    """The lowest of all losses was found first, and the stop was counted from there. But the
    training may have stopped long before it. Go epoch by epoch, and look back only.
    """
    return (
        min(int(np.argmin(v)) + 1 + patience, len(v)),
        int(np.argmin(v)) + 1,
    )


@early_stopping_exercise.mistake
def never_stops(v, patience):
    """The best epoch of the whole training is found, but the training is never stopped, and
    stopping is what saves the time.
    """
    return (len(v), int(np.argmin(v)) + 1)


@early_stopping_exercise.mistake
def stops_at_the_first_rise(v, patience):
    """It stops at the first epoch that is no better. Validation losses go up and down by
    chance; that is what `patience` is for.
    """
    return early_stopping(v, 1)


@early_stopping_exercise.mistake
def stop_counted_from_0(v, patience):
    """The best epoch is right. The epoch of the stop is one less than it should be: the first
    epoch is number 1 there too.
    """
    stop, best = early_stopping(v, patience)
    return stop - 1, best


@early_stopping_exercise.mistake
def counted_from_0(v, patience):
    """The epochs were counted from 0, as Python counts. Here, as in the history of `fit`, the
    first epoch is number 1.
    """
    return tuple(epoch - 1 for epoch in early_stopping(v, patience))


@early_stopping_exercise.mistake
def in_the_other_order(v, patience):
    """Both numbers are there, in the other order: first the epoch in which training stopped,
    then the best one.
    """
    return early_stopping(v, patience)[::-1]


@early_stopping_exercise.mistake
def loss_in_place_of_the_epoch(v, patience):
    """The second number is the best loss. Asked for is the epoch in which it was."""
    return (
        (stop := early_stopping(v, patience))[0],
        float(v[stop[1] - 1]),
    )


# 11.5 ------------------------------------------------------------- choose by measurement

AT_MOST = 0.48  # on 2,000 test points; a coin has 0.69, the untreated network about 2


def judge_remedy(arguments, remedy):
    p, weight_decay = (float(number) for number in remedy)
    if not 0 <= p < 1:
        return f"p is a probability, from 0 to below 1; yours is {p:g}."
    if not 0 <= weight_decay < np.inf:
        return f"Weight decay is 0 or more; yours is {weight_decay:g}."
    loss = given.loss_on(2, p, weight_decay)
    if loss <= AT_MOST:
        return None
    return (
        f"With p = {p:g} and weight decay {weight_decay:g} the loss on the 2,000 test points is "
        f"{loss:.4f}; at most {AT_MOST} is wanted."
    )


def chose(condition):
    """seen for a misconception: two numbers that meet the condition, and do not do the job."""

    def seen(arguments, remedy):
        p, weight_decay = (float(number) for number in remedy)
        return condition(p, weight_decay) and judge_remedy(arguments, remedy) is not None

    return seen


remedy_exercise = Exercise(
    id="11.5",
    title="A cure, by measuring",
    points=3,
    minutes=15,
    difficulty="medium",
    name="remedy",
    reference=lambda: [0.0, 5.0],
    alternatives=(lambda: (0.5, 3), lambda: [0.2, 5.0], lambda: (0, 8)),
    judge=judge_remedy,
    seconds=15.0,
    hints=(
        "Change one number at a time, and by a factor of 3 or so, not by a little. Look at the "
        "validation loss: does it fall, or has it begun to rise again?",
        "Dropout alone hardly gets there: it would need p above 0.9. Begin with p = 0, and try the "
        "weight decays 0.1, 1, 10, 100: between which two of them is the best?",
        "1 is still overfitting, with 10 the training loss has become poor. What lies between "
        "them?",
    ),
)


@remedy_exercise.mistake(seen=chose(lambda p, weight_decay: p == 0 and weight_decay == 0))
def no_remedy():
    """This is the network as it was: the training loss near 0, the validation loss far above
    that of a coin. At least one of the two numbers has to do something.
    """
    return [0.0, 0.0]


@remedy_exercise.mistake("p above 1", seen=chose(lambda p, weight_decay: p > 1))
def exchanged_or_in_percent():
    """The first number is p of dropout, a probability: 50 percent is 0.5. The second number is
    weight decay, which may be above 1. Have they changed places?
    """
    return [5.0, 0.0]


@remedy_exercise.mistake(seen=chose(lambda p, weight_decay: p == 1))
def everything_switched_off():
    """With p = 1 every hidden neuron is off in every step, so nothing can be learned."""
    return [1.0, 5.0]


@remedy_exercise.mistake(seen=chose(lambda p, weight_decay: 0 < p <= 0.9 and weight_decay == 0))
def dropout_alone():
    """Dropout helps, but at this p not enough: a part of 128 neurons is plenty for 40 points.
    Measure what weight decay does.
    """
    return [0.5, 0.0]


@remedy_exercise.mistake(seen=chose(lambda p, weight_decay: p <= 0.8 and 0 < weight_decay < 4))
def weight_decay_too_weak():
    """The training loss is still far below the validation loss: it overfits, if less than
    before. Pull harder at the weights.
    """
    return [0.0, 1.0]


@remedy_exercise.mistake(seen=chose(lambda p, weight_decay: p < 1 and weight_decay > 8))
def weight_decay_too_strong():
    """Now the training loss is poor as well, and close to the validation loss: this is
    underfitting. The weights are pulled to 0 before they can bend the border.
    """
    return [0.0, 30.0]


EXERCISES = (
    newcomer_exercise,
    standardise_exercise,
    split_exercise,
    early_stopping_exercise,
    remedy_exercise,
)
