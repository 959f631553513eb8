"""Convolution, digits, gradient flow and fit by hand in a real JupyterLab: what can be dragged."""

import nbformat
import pytest

from tests.browser import lab
from tests.browser.notebooks import notebook_of
from tests.browser.test_showpieces_in_jupyterlab import drag, handle, middle

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
    says(notebook, "my_explore_convolution.set(row=3, column=4) and 1", "1")
    window.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowLeft"):
        notebook.page.keyboard.press(key)
    says(notebook, "[my_explore_convolution.row, my_explore_convolution.column]", "[5, 3]")
    assert window.get_attribute("aria-valuetext") == "row 5, column 3 of the feature map"


def test_a_press_in_the_feature_map_takes_the_window_there(notebook):
    root = shown(notebook, "explore_convolution")
    box = root.query_selector_all(".nn-pixels")[1].bounding_box()
    notebook.page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 0.1 * box["height"])
    says(notebook, "[my_explore_convolution.row, my_explore_convolution.column]", "[2, 23]")


def test_a_weight_is_dragged_typed_and_moved_by_keys(notebook):
    page, root = notebook.page, shown(notebook, "explore_convolution")
    field = root.query_selector("input[aria-label='weight w₁₁']")
    drag(page, field, 0, -31)
    says(notebook, "my_explore_convolution.k00", "1.5")
    x, y = middle(field)
    page.mouse.click(x, y)
    page.keyboard.type("-2,25")
    page.keyboard.press("Enter")
    says(notebook, "my_explore_convolution.k00", "-2.25")
    page.keyboard.press("ArrowUp")
    says(notebook, "my_explore_convolution.k00", "-1.75")


def test_a_term_lights_its_cells(notebook):
    root = shown(notebook, "explore_convolution")
    root.query_selector_all(".nn-term")[4].hover()
    assert len(root.query_selector_all(".nn-cell.lit")) == 3


def test_an_image_that_only_python_has_arrives(notebook):
    root = shown(notebook, "explore_convolution")
    says(notebook, "my_explore_convolution.set(number=4321) and 1", "1")
    notebook.page.wait_for_function(
        "root => root.querySelector('.digits-strip').getAttribute('aria-valuetext')"
        " === 'test image 4321, a 9'",
        arg=root,
    )


def test_it_slides_and_fits_the_window(notebook):
    root = shown(notebook, "explore_convolution")
    play = root.query_selector(".nn-play")
    play.click()
    says(notebook, "my_explore_convolution.column != 23", "True")
    play.click()
    assert root.bounding_box()["height"] <= 647


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
    notebook.page.wait_for_function(
        "root => root.innerText.includes('The network says 7 (100%).')", arg=root
    )


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
    notebook.page.wait_for_function(
        "root => root.innerText.includes('test image 4, a 4, mixed 0.45 to 0.55')", arg=root
    )


def test_layers_are_added_by_hand_and_looked_at(notebook):
    root = shown(notebook, "explore_gradient_flow")
    drag(notebook.page, handle(root, "The last layer"), 60, 0)
    says(notebook, "my_explore_gradient_flow.depth > 13", "True")
    pointer = handle(root, "Look at a layer")
    for _ in range(30):
        pointer.press("ArrowLeft")
    pointer.press("ArrowRight")
    notebook.page.wait_for_function(
        "one => one.getAttribute('aria-valuetext').startsWith('Layer 2 receives')", arg=pointer
    )


def test_the_curve_is_taken_and_each_place_is_a_try_of_python_too(notebook):
    root = shown(notebook, "fit_by_hand")
    drag(notebook.page, handle(root, "The curve, left"), 0, -60)
    says(notebook, "my_fit_by_hand.at['a'] > 0.1", "True")
    root.query_selector("[data-name=show_loss] input").check()
    said = root.wait_for_selector(".nn-said:has-text('tries')").inner_text()
    count = int(said.split(" tries")[0].split()[-1])
    says(notebook, "len(my_fit_by_hand.tries)", str(count))
    root.query_selector("[data-name='Forget the tries']").click()
    says(notebook, "len(my_fit_by_hand.tries)", "1")
    says(notebook, "my_fit_by_hand.set(a=0.5) and len(my_fit_by_hand.tries)", "2")


def test_a_curve_in_python_follows_its_slider(notebook):
    root = shown(notebook, "own")
    line = root.query_selector(".fit-curve")
    before = line.get_attribute("d")
    slider = root.query_selector("[data-name=k] input[type=range]")
    slider.focus()
    for _ in range(5):
        notebook.page.keyboard.press("PageUp")
    says(notebook, "fit.at['k'] > 0.5 and len(fit.tries) > 1", "True")
    notebook.page.wait_for_function(
        "([line, before]) => line.getAttribute('d') !== before", arg=[line, before]
    )


def test_copied_code_is_a_line_of_python_and_nothing_is_logged(notebook):
    for name in CALLS:
        root = shown(notebook, name)
        root.query_selector(".nn-copy").click()
        code = root.wait_for_selector(".nn-code:not(:empty)").inner_text()
        assert code.startswith(f"{name}(")
    assert notebook.log_entries() == 0


@pytest.mark.parametrize("name", CALLS)
def test_nothing_is_cut_off_on_a_phone_and_a_finger_drags(browser, server, notebook, name):
    assert notebook.complaints() == []
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    on_a_phone = lab.Notebook(page, server, "taken_by_hand.ipynb")
    page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
    on_a_phone.run_all()
    root = shown(on_a_phone, name)
    parts = root.query_selector_all(".nn-pixels, .nn-plane, .nn-cells")
    assert parts[0].is_visible()
    for part in filter(lambda one: one.is_visible(), parts):  # the losses of fit_by_hand are not
        assert part.bounding_box()["width"] <= root.bounding_box()["width"]
    before = root.get_attribute("data-frames")
    mover = root.query_selector(".nn-handle") or root.query_selector(".digits-strip")
    mover.scroll_into_view_if_needed()
    drag(page, mover, 25, 10)
    page.wait_for_function("([r, f]) => r.dataset.frames !== f", arg=[root, before])
    on_a_phone.close()
