"""The digit pad in a real JupyterLab: drawn on with the mouse and with keys."""

import json
import math

import nbformat
import pytest

from tests.browser import lab
from tests.browser.lab import box_of, until_shown
from tests.browser.notebooks import explorers_notebook

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def notebook(open_notebook, folder):
    nbformat.write(explorers_notebook(["digit_pad"]), folder / "pad.ipynb")
    notebook = open_notebook("pad.ipynb")
    notebook.run_all()
    return notebook


@pytest.fixture
def pad(notebook):
    """The pad, wiped by its own button."""
    pad = notebook.cell(1).wait_for_selector(".nnlib-pad")
    # the example is on the pad before anything was drawn
    until(pad, "+pad.dataset.frames > 0")
    pad.query_selector(".clear").click()
    until(pad, "chances(pad).every(text => text === '')")
    return pad


def until(pad, condition):
    """Wait until a JavaScript condition on the pad holds; `chances(pad)` are the ten texts."""
    texts = "pad => [...pad.querySelectorAll('.percent')].map(e => e.textContent)"
    lab.until(pad, f"((pad, chances) => {condition})(root, {texts})")


CENTRED = """seen => {
    const { data } = seen.getContext('2d').getImageData(0, 0, 28, 28);
    const dark = [...Array(784).keys()].filter(i => data[4 * i] < 128);
    const [columns, rows] = [dark.map(i => i % 28), dark.map(i => (i / 28) | 0)];
    const middle = all => all.reduce((sum, one) => sum + one, 0) / all.length;
    return Math.abs(middle(columns) - 14) <= 1 && Math.abs(middle(rows) - 14) <= 1
        && Math.max(...rows) - Math.min(...rows) >= 17;
}"""
SUM_TO_100 = "Math.abs(chances(pad).reduce((sum, one) => sum + parseInt(one), 0) - 100) <= 5"


def draw(page, pad, points):
    """Draw with the real mouse through points in 0 ... 1 of the pad."""
    box = box_of(pad.query_selector(".drawing"))
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    lab.stroke(page, *places)


def ring():
    angles = [2 * math.pi * k / 24 - math.pi / 2 for k in range(25)]
    return [(0.5 + 0.22 * math.cos(a), 0.5 + 0.34 * math.sin(a)) for a in angles]


@pytest.mark.parametrize(
    ("digit", "points"),
    [
        (0, ring()),
        (1, [(0.52, 0.15), (0.5, 0.85)]),
        (7, [(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]),
        (3, [(0.3, 0.2), (0.6, 0.18), (0.68, 0.32), (0.45, 0.48), (0.7, 0.62), (0.62, 0.82),
             (0.3, 0.82)]),
    ],
)  # fmt: skip
def test_a_digit_drawn_with_the_mouse_is_read(notebook, pad, digit, points):
    draw(notebook.page, pad, points)
    until_shown(pad, f"The network says {digit}")
    until(pad, f"pad.querySelectorAll('.bar')[{digit}].matches('.best')")
    until(pad, f"{SUM_TO_100} && parseInt(chances(pad)[{digit}]) > 50")
    assert notebook.complaints() == []


def test_probabilities_change_while_the_stroke_goes_on(notebook, pad):
    box = box_of(pad.query_selector(".drawing"))
    start = int(pad.get_attribute("data-frames"))
    notebook.page.mouse.move(box["x"] + 70, box["y"] + 50)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box["x"] + 200, box["y"] + 50, steps=10)
    until(pad, f"+pad.dataset.frames > {start} && chances(pad)[0] !== ''")
    before = pad.query_selector(".bars").inner_text()
    notebook.page.mouse.move(box["x"] + 120, box["y"] + 240, steps=10)
    until(pad, f"pad.querySelector('.bars').innerText !== {json.dumps(before)}")
    notebook.page.mouse.up()


def test_what_the_network_sees_is_centred(notebook, pad):
    draw(notebook.page, pad, [(0.1, 0.1), (0.1, 0.3)])  # a short stroke in a corner
    until(pad, f"chances(pad)[0] !== '' && ({CENTRED})(pad.querySelector('.seen'))")


def test_keys_draw_too(notebook, pad):
    pad.query_selector(".drawing").focus()
    notebook.page.keyboard.press("Space")
    for _ in range(24):
        notebook.page.keyboard.press("ArrowDown")
    until(pad, "pad.querySelectorAll('.bar')[1].matches('.best')")
    notebook.page.keyboard.press("Delete")
    until(pad, "chances(pad).every(text => text === '')")


def test_a_scribble_still_gets_a_digit_and_the_page_says_so(notebook, pad):
    zigzag = [(0.1 + 0.08 * k, 0.2 if k % 2 else 0.8) for k in range(11)]
    draw(notebook.page, pad, zigzag)
    until(pad, f"chances(pad)[0] !== '' && {SUM_TO_100}")
    until_shown(pad, "no answer for “this is not a digit”")


def test_nothing_is_cut_off_at_800_pixels_and_the_log_is_empty(notebook, pad):
    notebook.page.set_viewport_size({"width": 800, "height": 900})
    until(pad, "innerWidth === 800 && pad.scrollWidth <= pad.clientWidth + 1")
    assert notebook.log_entries() == 0
