"""The digit pad in a real JupyterLab: drawn on with the mouse and with keys."""

import math

import nbformat
import pytest

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
    notebook.page.wait_for_function("pad => +pad.dataset.frames > 0", arg=pad)
    pad.query_selector(".clear").click()
    until(notebook.page, pad, "chances(pad).every(text => text === '')")
    return pad


def until(page, pad, condition):
    """Wait until a JavaScript condition on the pad holds; `chances(pad)` are the ten texts."""
    page.wait_for_function(
        f"""pad => {{
            const chances = pad => [...pad.querySelectorAll('.percent')].map(e => e.textContent);
            return {condition};
        }}""",
        arg=pad,
        timeout=10_000,
    )


def chances(pad):
    """The ten percentages that are shown."""
    texts = pad.evaluate("pad => [...pad.querySelectorAll('.percent')].map(e => e.textContent)")
    return [int(text.rstrip(" %")) for text in texts]


def draw(page, pad, points):
    """Draw with the real mouse through points in 0 ... 1 of the pad."""
    box = pad.query_selector(".drawing").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


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
    until(notebook.page, pad, f"pad.querySelectorAll('.bar')[{digit}].matches('.best')")
    shown = chances(pad)
    assert sum(shown) == pytest.approx(100, abs=5)
    assert shown[digit] == max(shown) > 50
    assert f"The network says {digit}" in pad.inner_text()
    assert notebook.complaints() == []


def test_probabilities_change_while_the_stroke_goes_on(notebook, pad):
    box = pad.query_selector(".drawing").bounding_box()
    start = int(pad.get_attribute("data-frames"))
    notebook.page.mouse.move(box["x"] + 70, box["y"] + 50)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box["x"] + 200, box["y"] + 50, steps=10)
    until(notebook.page, pad, f"+pad.dataset.frames > {start} && chances(pad)[0] !== ''")
    before = chances(pad)
    notebook.page.mouse.move(box["x"] + 120, box["y"] + 240, steps=10)
    until(notebook.page, pad, f"JSON.stringify(chances(pad)) !== '{show(before)}'")
    notebook.page.mouse.up()


def show(percentages):
    return str([f"{p} %" for p in percentages]).replace("'", '"').replace(", ", ",")


def test_what_the_network_sees_is_centred(notebook, pad):
    draw(notebook.page, pad, [(0.1, 0.1), (0.1, 0.3)])  # a short stroke in a corner
    until(notebook.page, pad, "chances(pad)[0] !== ''")
    dark = pad.evaluate(
        """pad => {
            const seen = pad.querySelector('.seen');
            const { data } = seen.getContext('2d').getImageData(0, 0, 28, 28);
            const places = [...Array(784).keys()].filter(i => data[4 * i] < 128);
            return places.map(i => [i % 28, (i / 28) | 0]);
        }"""
    )
    columns, rows = zip(*dark, strict=True)
    assert sum(columns) / len(columns) == pytest.approx(14, abs=1)
    assert sum(rows) / len(rows) == pytest.approx(14, abs=1)
    assert max(rows) - min(rows) >= 17


def test_keys_draw_too(notebook, pad):
    pad.query_selector(".drawing").focus()
    notebook.page.keyboard.press("Space")
    for _ in range(24):
        notebook.page.keyboard.press("ArrowDown")
    until(notebook.page, pad, "pad.querySelectorAll('.bar')[1].matches('.best')")
    notebook.page.keyboard.press("Delete")
    until(notebook.page, pad, "chances(pad).every(text => text === '')")


def test_a_scribble_still_gets_a_digit_and_the_page_says_so(notebook, pad):
    zigzag = [(0.1 + 0.08 * k, 0.2 if k % 2 else 0.8) for k in range(11)]
    draw(notebook.page, pad, zigzag)
    until(notebook.page, pad, "chances(pad)[0] !== ''")
    assert sum(chances(pad)) == pytest.approx(100, abs=5)
    assert "no answer for “this is not a digit”" in pad.inner_text()


def test_nothing_is_cut_off_at_800_pixels_and_the_log_is_empty(notebook, pad):
    notebook.page.set_viewport_size({"width": 800, "height": 900})
    assert pad.evaluate("pad => pad.scrollWidth <= pad.clientWidth + 1")
    assert notebook.log_entries() == 0
