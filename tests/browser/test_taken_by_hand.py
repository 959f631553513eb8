"""Convolution, digits, gradient flow and fit by hand in a real JupyterLab: what can be dragged."""

import nbformat
import pytest

from tests.browser.lab import box_of, drag, until, until_said, until_shown
from tests.browser.notebooks import notebook_of
from tests.browser.test_showpieces_in_jupyterlab import handle

pytestmark = pytest.mark.browser
CALLS = [
    *("explore_convolution", "explore_digits", "explore_codes"),
    *("explore_gradient_flow", "fit_by_hand"),
]
OWN = """
from nnlib.widgets import fit_by_hand
fit = fit_by_hand([0, 1, 2], [0, 1, 4], lambda x, k: k * x**2, {"k": (0, 3)})
fit
"""


@pytest.fixture(scope="module")
def notebook(open_notebook, folder):
    cells = [f"from nnlib.widgets import {name}\n\nshown = {name}()\nshown" for name in CALLS]
    cells = [cell.replace("shown", f"my_{name}") for cell, name in zip(cells, CALLS, strict=True)]
    nbformat.write(notebook_of(*cells, OWN), folder / "taken_by_hand.ipynb")
    notebook = open_notebook("taken_by_hand.ipynb")
    notebook.run_all()
    return notebook


def shown(notebook, name):
    index = CALLS.index(name) if name in CALLS else len(CALLS)
    return notebook.cell(index).wait_for_selector(".nn-show[data-frames]")


def says(notebook, expression, expected):
    notebook.until_python_says(expression, expected)
    assert notebook.complaints() == []


def test_the_window_is_dragged_over_the_image_and_by_keys(notebook):
    root = shown(notebook, "explore_convolution")
    window = handle(root, "The window")
    drag(notebook.page, window, -60, 30)
    says(notebook, "my_explore_convolution.column < 12 < 15 < my_explore_convolution.row", "True")
    notebook.set("my_explore_convolution", row=3, column=4)
    window.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowLeft"):
        notebook.page.keyboard.press(key)
    says(notebook, "[my_explore_convolution.row, my_explore_convolution.column]", "[5, 3]")
    until_said(window, "row 5, column 3 of the feature map")


PRESS_AT_ONCE = """(element, keys) => {
    const press = key => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    for (const key of keys) element.dispatchEvent(press(key));
}"""


def test_no_key_is_lost_when_several_come_within_one_frame(notebook):
    root = shown(notebook, "explore_convolution")
    notebook.set("my_explore_convolution", row=3, column=4, k00=1.0)
    handle(root, "The window").evaluate(PRESS_AT_ONCE, ["ArrowDown", "ArrowDown", "ArrowLeft"])
    says(notebook, "[my_explore_convolution.row, my_explore_convolution.column]", "[5, 3]")
    field = root.query_selector("input[aria-label='weight w₁₁']")
    field.evaluate(PRESS_AT_ONCE, ["ArrowUp", "ArrowUp", "ArrowUp"])
    says(notebook, "my_explore_convolution.k00", "2.5")


def test_a_press_in_the_feature_map_takes_the_window_there(notebook):
    root = shown(notebook, "explore_convolution")
    box = box_of(root.query_selector_all(".nn-pixels")[1])
    notebook.page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 0.1 * box["height"])
    says(notebook, "[my_explore_convolution.row, my_explore_convolution.column]", "[2, 23]")


def test_a_weight_is_dragged_typed_and_moved_by_keys(notebook):
    page, root = notebook.page, shown(notebook, "explore_convolution")
    field = root.query_selector("input[aria-label='weight w₁₁']")
    notebook.set("my_explore_convolution", k00=-1.0)
    drag(page, field, 0, -31)
    says(notebook, "my_explore_convolution.k00", "1.5")
    field.click()
    page.keyboard.type("-2,25")
    page.keyboard.press("Enter")
    says(notebook, "my_explore_convolution.k00", "-2.25")
    page.keyboard.press("ArrowUp")
    says(notebook, "my_explore_convolution.k00", "-1.75")


def test_a_term_lights_its_cells(notebook):
    root = shown(notebook, "explore_convolution")
    root.query_selector_all(".nn-term")[4].hover()
    until(root, "root.querySelectorAll('.nn-cell.lit').length === 3")


def test_an_image_that_only_python_has_arrives(notebook):
    root = shown(notebook, "explore_convolution")
    notebook.set("my_explore_convolution", number=4321)
    until_said(root.query_selector(".digits-strip"), "test image 4321, a 9")


def test_it_slides(notebook):
    root = shown(notebook, "explore_convolution")
    play = root.query_selector(".nn-play")
    play.click()
    says(notebook, "my_explore_convolution.column != 23", "True")
    play.click()


def test_the_digit_is_dragged_turned_and_read(notebook):
    root = shown(notebook, "explore_digits")
    drag(notebook.page, handle(root, "The digit"), 60, -30)
    says(notebook, "[my_explore_digits.right > 3, my_explore_digits.down < 0]", "[True, True]")
    knob = handle(root, "Turn the digit")
    knob.focus()
    for _ in range(3):
        notebook.page.keyboard.press("ArrowRight")
    says(notebook, "my_explore_digits.degrees", "15")
    drag(notebook.page, knob, 40, 80)
    says(notebook, "my_explore_digits.degrees > 40", "True")
    root.query_selector(".digits-strip").click(position={"x": 5, "y": 5})
    says(notebook, "my_explore_digits.number", "0")
    root.query_selector("[data-name=Reset]").click()
    until_shown(root, "The network says 7 (100%).")


def test_codes_are_mixed_with_another_image_of_the_strip(notebook):
    root = shown(notebook, "explore_codes")
    second = root.query_selector("[aria-label='Choose the second image']")
    second.focus()
    for _ in range(3):
        notebook.page.keyboard.press("ArrowRight")
    says(notebook, "my_explore_codes.second", "4")
    slider = root.query_selector("[data-name=mix] input[type=range]")
    slider.focus()
    notebook.page.keyboard.press("ArrowRight")
    says(notebook, "my_explore_codes.mix", "0.55")
    until_shown(root, "test image 4, a 4, mixed 0.45 to 0.55")


def test_layers_are_added_by_hand_and_looked_at(notebook):
    root = shown(notebook, "explore_gradient_flow")
    drag(notebook.page, handle(root, "The last layer"), 60, 0)
    says(notebook, "my_explore_gradient_flow.depth > 13", "True")
    pointer = handle(root, "Look at a layer")
    for _ in range(30):
        pointer.press("ArrowLeft")
    pointer.press("ArrowRight")
    until_said(pointer, "Layer 2 receives")


def test_the_curve_is_taken_and_each_place_is_a_try_of_python_too(notebook):
    root = shown(notebook, "fit_by_hand")
    drag(notebook.page, handle(root, "The curve, left"), 0, -60)
    says(notebook, "my_fit_by_hand.at['a'] > 0.1 and len(my_fit_by_hand.tries) > 1", "True")
    root.query_selector("[data-name=show_loss] input").check()
    root.wait_for_selector(".nn-said:has-text('tries')")
    root.query_selector("[data-name='Forget the tries']").click()
    says(notebook, "len(my_fit_by_hand.tries)", "1")
    notebook.set("my_fit_by_hand", a=0.5)
    says(notebook, "len(my_fit_by_hand.tries)", "2")
    until_shown(root, "2 tries", ".nn-said")


def test_a_curve_in_python_follows_its_slider(notebook):
    root = shown(notebook, "own")
    line = root.query_selector(".fit-curve")
    before = line.get_attribute("d")
    slider = root.query_selector("[data-name=k] input[type=range]")
    slider.focus()
    for _ in range(5):
        notebook.page.keyboard.press("PageUp")
    says(notebook, "fit.at['k'] > 0.5 and len(fit.tries) > 1", "True")
    until(line, f"root.getAttribute('d') !== '{before}'")


def test_copied_code_is_a_line_of_python_and_nothing_is_logged(notebook):
    for name in CALLS:
        root = shown(notebook, name)
        root.query_selector(".nn-copy").click()
        code = root.wait_for_selector(".nn-code:not(:empty)").inner_text()
        assert code.startswith(f"{name}(")
    assert notebook.log_entries() == 0
