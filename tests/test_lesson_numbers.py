"""Every number that a lesson states is a number that one of its cells computes or sets."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from nncourse.authoring.lesson import Lesson, minutes

# what course.md's tutorials state, and the lesson must compute: as its output shows it
COMPUTED = {
    "01": "2.3 0.9089 0.9801 0.6479 0.9990889488055994",
    "02": "0.659 0.242 0.099",
    "03": "0.5",
    "04": "0.7216325609518421 0.47 -0.35 0.58 0.719 0.6724",
    "07": "7 4 8 2.92 0.65 0.5 0.39 0.5963 0.517 -0.4037 -0.2624 -0.2019 -0.2422 0.1615 "
    "-0.1211 0.0807",
    "08": "0.2557 0.0010 0.0298 0.9748 0.9747 0.0250",
    "09": "14.5600 1.7208 0.1845 0.0021 6.8192 3.9292 3.1775 40.4400 31.0356 21.2304 8.0868",
    "12": "11.35 82.03 235,146",
}

# numbers that no cell can compute, and where they come from
FACTS = {
    "00": {
        "1958": "Rosenblatt's paper",
        "1986": "the paper of Rumelhart, Hinton and Williams",
        "1998": "the paper of LeCun, Bottou, Bengio and Haffner",
    },
    "01": {"1943": "the paper of McCulloch and Pitts"},
    "03": {
        "1958": "Rosenblatt's paper",
        "1969": "Minsky and Papert's book",
        "400": "its sensors",
        "1962": "Novikoff's proof",
    },
    "04": {"0.02": "a target that the learner is to reach", "1989": "Cybenko's paper"},
    "06": {"60,000": "images of MNIST, which lesson 12 counts"},
    "07": {
        "60,000": "images of MNIST",
        "1970": "Linnainmaa's thesis",
        "1986": "the paper of Rumelhart, Hinton and Williams",
    },
    "08": {"1969": "Perceptrons", "1986": "the paper on backpropagation"},
    "09": {"2015": "the paper on Adam", "3000": "one rate over another, both in the code"},
    "11": {
        "2002": "the paper of Ambroise and McLachlan",
        "2014": "the paper on dropout",
        "2019": "the paper on AdamW",
    },
    "12": {
        "70,000": "60,000 and 10,000",
        "96.91": "all 10,000 images, by bench/claims/lesson_12.py",
        "180": "degrees to set",
        "401": "a pixel's name",
    },
    "16": {
        "1851": "the year of the novel",
        "1991": "the paper of Witten and Bell",
        "1997": "the paper on the LSTM",
        "2017": "the paper on transformers",
        "0.58": "1/√3: PyTorch's initial weights of a recurrent layer",
        "1.62": "what nncourse.authoring.train_attention printed",
        "1.59": "the highest of ten seeds, by bench/claims/lesson_16.py",
    },
    "17": {
        "1943": "the paper of McCulloch and Pitts",
        "1958": "Rosenblatt's paper",
        "1969": "the book of Minsky and Papert",
        "1986": "the paper of Rumelhart, Hinton and Williams",
        "1998": "the paper of LeCun, Bottou, Bengio and Haffner",
        "10,000": "test images of MNIST, counted in lesson 12",
    },
    "14": {
        "97.9": "what lesson 12 reached",
        "1.5": "the largest of ten seeds, by bench/claims/lesson_14.py",
    },
    "15": {
        "1980": "Fukushima's neocognitron",
        "1989": "LeCun's network for postcodes",
        "1998": "and for cheques",
        "2016": "the paper on residual networks",
    },
}

LESSONS = sorted((Path(__file__).parents[1] / "lessons").glob("*.ipynb"))

# 0.659, 1,234.5, 60,000, −0.4037; not the sizes in 784-256-10, nor a part of version 3.11.2
NUMBER = re.compile(r"(?<![\w.,])(?<!\d-)[-−]?\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|[.,-]\d)")
NOT_PROSE = re.compile(
    r"```.*?```|`[^`\n]*`"  # code
    r"|\]\([^)]*\)|https?://\S+"  # the targets of links
    r"|\*\*Time:\*\* \d+ minutes"
    r"|\$\$.*?\$\$|\$[^$\n]*\$",  # formulas: their numbers are read by eye
    re.DOTALL,
)


def value(text):
    return abs(Decimal(text.replace(",", "").replace("−", "-")))


def numbers(text):
    """The numbers in a text as it writes them, without small whole ones, which count things."""
    found = NUMBER.findall(text)
    return [number for number in found if "." in number or value(number) > 100]


def stated(lesson):
    """{number: cell} for the prose of a lesson; what it proposes to try is no statement."""
    return {
        number: n
        for n, cell in lesson.markdown
        for number in numbers(NOT_PROSE.sub(" ", cell.source.split("## Exercises")[0]))
    }


def written(texts):
    """Every number in these texts, as Decimals without their sign."""
    found = re.findall(r"\d+(?:,\d{3})+(?:\.\d+)?|(?:\d+\.\d*|\.?\d+)(?:e-?\d+)?", "\n".join(texts))
    return {value(number) for number in found}


def outputs(lesson):
    return [output_text(output) for _, cell in lesson.code for output in cell.outputs]


def output_text(output):
    data = output.get("data", {})
    shown = (data.get(kind, "") for kind in ("text/plain", "text/markdown", "text/html"))
    return "\n".join([output.get("text", ""), *output.get("traceback", ()), *shown])


def is_written(number, values):
    """Whether a value gives the number: 0.66 from 0.659, 98% from 0.98, "over 5 million"."""
    wanted = value(number)
    unit = Decimal(1).scaleb(wanted.as_tuple().exponent)
    return any(
        abs(v - wanted) <= unit / 2 or abs(100 * v - wanted) <= unit / 2 for v in values
    ) or any(int(v / 1_000_000) == wanted for v in values)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_prose_states_no_number_that_no_cell_shows(path):
    lesson = Lesson(path)
    values = written([*outputs(lesson), *(cell.source for _, cell in lesson.code)])
    known = FACTS.get(lesson.number, {})
    missing = [
        f"cell {n}: {number}"
        for number, n in stated(lesson).items()
        if number not in known and not is_written(number, values)
    ]
    assert missing == []


@pytest.mark.parametrize("number", COMPUTED)
def test_the_numbers_of_the_course_are_in_an_output(number):
    (path,) = (path for path in LESSONS if path.name.startswith(number))
    text = " ".join(outputs(Lesson(path))).replace("−", "-")
    missing = [n for n in COMPUTED[number].split() if not re.search(rf"(?<![\d.]){n}", text)]
    assert missing == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_minutes_in_the_box_are_true(path):
    """People differ by more than a quarter; a box that differs by more from the count is wrong."""
    lesson = Lesson(path)
    stated = int(re.search(r"\*\*Time:\*\* (\d+) minutes", lesson.cells[1][1].source)[1])
    assert stated <= 75
    assert 0.75 * stated <= minutes(lesson) <= 1.25 * stated, f"counted: {minutes(lesson):.0f}"
