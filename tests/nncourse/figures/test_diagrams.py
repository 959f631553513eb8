"""Diagrams show the numbers they were given, inside their paper, and refuse what does not fit."""

import pytest
from matplotlib import pyplot as plt

from nncourse.figures import diagrams
from nnlib.palette import BLUE, RED

W1, W2 = [[0.1, 0.4], [0.5, -0.5], [0.2, 0.6]], [[0.7, -0.9, 0.5]]
STAGES = (("image", (1, 28, 28)), ("Conv 5 × 5", (8, 24, 24)), ("Flatten", (4608,)))
STEPS = (("w", 3, None), ("y", 7, ("times 2, plus 1", 2)), ("L", 4, ("squared", -4)))
DRAWN = {
    "neuron": lambda: diagrams.neuron([1, 2, 3], [0.2, 0.8, -0.5], 2),
    "network": lambda: diagrams.network([W1, W2], ("x", "h", "y"), ("in", "", "out")),
    "chain": lambda: diagrams.chain(STEPS),
    "convolutional": lambda: diagrams.convolutional(STAGES),
    "three sets": lambda: diagrams.three_sets(600, 200, 1000),
}
WORDS = {
    "neuron": {"× 0.2", "× 0.8", "× −0.5", "+ 2", "z = 2.3", "a = f(2.3)"},
    "network": {"$x_2$", "$h_3$", "$y$", "0.1", "−0.5", "−0.9", "in", "out"},
    "chain": {"$w$ = 3", "$L$ = 4", "d$w$ = −8", "d$y$ = −4", "× 2", "× −4", "squared"},
    "convolutional": {"image", "Conv\n5 × 5", "8 × 24 × 24", "4608"},
    "three sets": {"600", "1,000", "the weights", "test: once, at the end"},
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("name", DRAWN)
def test_a_diagram_says_its_numbers_inside_its_paper(name):
    figure = DRAWN[name]()
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    assert WORDS[name] <= {text.get_text() for text in texts}
    figure.canvas.draw()
    paper = figure.bbox
    for text in texts:
        box = text.get_window_extent()
        assert paper.x0 <= box.x0 < box.x1 <= paper.x1, text.get_text()
        assert paper.y0 <= box.y0 < box.y1 <= paper.y1, text.get_text()


def test_signs_of_weights_differ_in_colour_and_in_dash():
    positive, negative = diagrams.weight_style(0.5), diagrams.weight_style(-0.5)
    assert (positive["color"], negative["color"]) == (RED, BLUE)
    assert positive["ls"] != negative["ls"]
    assert diagrams.weight_style(0.1)["lw"] < positive["lw"] < diagrams.weight_style(3)["lw"]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="one weight per input, got 1 for 2"):
        diagrams.neuron([1, 2], [3], 0)
    with pytest.raises(ValueError, match=r"weights 1 of shape \(neurons, 3\), got \(1, 2\)"):
        diagrams.network([W1, [[1, 2]]])
