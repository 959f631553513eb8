"""Training and the race of optimizers in a real JupyterLab: they play by themselves, and listen."""

import nbformat
import pytest

from tests.browser import lab
from tests.browser.notebooks import notebook_of

pytestmark = pytest.mark.browser
OWN = """from nnlib import nn
from nnlib.widgets import explore_training

class Mine(nn.Tanh):
    pass

own = explore_training(nn.Sequential(nn.Linear(2, 4), Mine(), nn.Linear(4, 1)), data="XOR")
own"""
SURFACE = """from nnlib.widgets import explore_optimizers

mine = explore_optimizers(lambda x, y: abs(x) + y**2)
mine"""
CELLS = {
    "training": "from nnlib.widgets import explore_training\n\nt = explore_training()\nt",
    "race": "from nnlib.widgets import explore_optimizers\n\nr = explore_optimizers()\nr",
    "own": OWN,
    "mine": SURFACE,
}


@pytest.fixture(scope="module")
def notebook(open_notebook, folder):
    nbformat.write(notebook_of(*CELLS.values()), folder / "training.ipynb")
    notebook = open_notebook("training.ipynb")
    notebook.run_all()
    return notebook


def shown(notebook, name):
    return notebook.cell(list(CELLS).index(name)).wait_for_selector(".nn-show[data-frames]")


def until(notebook, root, condition):
    notebook.page.wait_for_function(f"root => {condition}", arg=root, timeout=30_000)


def press(root, name):
    root.query_selector(f"[data-name='{name}']").click()


def test_a_network_trains_without_the_kernel_and_rests_with_python_knowing(notebook):
    root = shown(notebook, "training")
    tiles = root.query_selector(".training-tile canvas").evaluate("c => c.toDataURL()")
    press(root, "play")
    until(notebook, root, "Number(root.dataset.steps) >= 60")
    press(root, "play")
    until(notebook, root, "root.dataset.playing === 'false'")
    steps = root.get_attribute("data-steps")
    notebook.until_python_says("t.steps", steps)
    notebook.page.wait_for_timeout(300)
    assert root.get_attribute("data-steps") == steps
    assert f"Step {steps}, epoch" in root.query_selector(".nn-said").inner_text()
    assert root.query_selector(".training-tile canvas").evaluate("c => c.toDataURL()") != tiles
    # the weights are those that nnlib finds in as many steps
    notebook.until_python_says(
        "abs(t.run.model[0].weight.data - t.__class__(steps=t.steps).run.model[0].weight.data)"
        ".max().item() < 1e-3",
        "True",
    )
    assert notebook.complaints() == []


def test_a_click_adds_a_point_and_training_goes_on(notebook):
    root = shown(notebook, "training")
    before = int(root.get_attribute("data-steps"))
    box = root.query_selector(".nn-plane svg").bounding_box()
    notebook.page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.3 * box["height"])
    notebook.until_python_says("len(t.added), t.added[0][2]", "(1, 1)")
    assert int(root.get_attribute("data-steps")) == before
    assert "of 141 right" in root.query_selector(".nn-said").inner_text()
    place = root.query_selector(".nn-handle[aria-label^='A place in the plane']")
    place.focus()
    for key in ("ArrowRight", "ArrowUp", "Enter"):
        notebook.page.keyboard.press(key)
    notebook.until_python_says("len(t.added)", "2")
    assert root.query_selector(".training-hover").inner_text().startswith("At (")
    press(root, "back")
    notebook.until_python_says("t.added, t.steps", "([], 0)")


def test_a_unit_fills_the_plane_while_it_has_the_focus(notebook):
    root = shown(notebook, "training")
    heat = root.query_selector(".nn-plane canvas")
    before = heat.evaluate("c => c.toDataURL()")
    root.query_selector(".training-tile").focus()
    until(notebook, root, "root.querySelector('.training-hover').textContent.includes('unit 1')")
    assert heat.evaluate("c => c.toDataURL()") != before
    notebook.page.keyboard.press("ArrowRight")
    until(notebook, root, "root.querySelector('.training-hover').textContent.includes('unit 2')")
    root.query_selector("[data-name=play]").focus()
    until(notebook, root, "root.querySelector('.training-hover').textContent === ''")
    assert heat.evaluate("c => c.toDataURL()") == before


def test_python_and_presets_move_the_training(notebook):
    root = shown(notebook, "training")
    notebook.until_python_says("t.set(data='circles', units=3, steps=40) and 1", "1")
    until(notebook, root, "root.dataset.steps === '40'")
    until(notebook, root, "root.querySelectorAll('.training-tile').length === 3")
    press(root, "Explodes")
    until(notebook, root, "root.querySelector('.nn-said').textContent.includes('broke down')")
    until(notebook, root, "root.dataset.playing === 'false'")
    press(root, "reset")
    until(notebook, root, "root.dataset.steps === '0'")
    notebook.until_python_says("t.data, t.layers", "('moons', 1)")
    assert notebook.complaints() == []


def test_a_layer_of_the_learners_own_is_trained_by_python(notebook):
    root = shown(notebook, "own")
    press(root, "play")
    until(notebook, root, "Number(root.dataset.steps) >= 50")
    press(root, "play")
    until(notebook, root, "root.dataset.playing === 'false'")
    notebook.until_python_says("own.run.steps == own.steps", "True")
    assert root.query_selector("[data-name=layers]").is_hidden()
    assert notebook.complaints() == []


def stands(root):
    return [one.inner_text() for one in root.query_selector_all(".race-stands")]


def test_the_race_opens_with_the_numbers_of_the_course_and_plays(notebook):
    root = shown(notebook, "race")
    assert stands(root) == ["0.0021", "3.18", "0.0095", "8.09"]
    assert root.query_selector(".nn-said").inner_text() == "Lowest after step 20: SGD."
    press(root, "again")
    until(notebook, root, "root.dataset.steps === '0'")
    assert stands(root) == ["43"] * 4
    press(root, "play")
    until(notebook, root, "Number(root.dataset.steps) >= 10")
    press(root, "play")
    until(notebook, root, "root.dataset.playing === 'false'")
    notebook.until_python_says("r.steps", root.get_attribute("data-steps"))
    press(root, "Rate too large")
    until(notebook, root, "root.dataset.playing === 'false' && root.dataset.steps === '30'")
    assert stands(root)[:2] == ["diverged", "diverged"]
    assert "Diverged, for the rate is too large: SGD" in root.inner_text()
    press(root, "reset")
    until(notebook, root, "root.dataset.steps === '20'")
    assert notebook.complaints() == []


def test_the_start_is_moved_with_mouse_and_keys_and_by_python(notebook):
    page, root = notebook.page, shown(notebook, "race")
    box = root.query_selector(".nn-plane svg").bounding_box()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.7 * box["height"], steps=4)
    page.mouse.up()
    notebook.until_python_says("r.start[0] < -1 and r.start[1] < -1", "True")
    notebook.until_python_says("r.set(start=[4.0, 3.0]) and 1", "1")
    start = root.query_selector(".nn-handle[aria-label^='The start']")
    until(notebook, root, "root.querySelector('.nn-handle').ariaValueNow === '4.00'")
    active = page.evaluate("window.testPanel.content.activeCellIndex")
    start.focus()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowDown"):
        page.keyboard.press(key)
    notebook.until_python_says("[float(one) for one in r.start]", "[3.8, 2.0]")
    assert "from (3.8, 2)" in start.get_attribute("aria-valuetext")
    page.keyboard.press("Space")
    until(notebook, root, "root.dataset.playing === 'true'")
    page.keyboard.press("Space")
    until(notebook, root, "root.dataset.playing === 'false'")
    assert page.evaluate("window.testPanel.content.activeCellIndex") == active


def test_the_learners_own_surface_is_run_by_python_when_the_page_moves(notebook):
    root = shown(notebook, "mine")
    before = stands(root)
    slider = root.query_selector("[data-name='rate SGD'] input[type=range]")
    slider.focus()
    notebook.page.keyboard.press("ArrowRight")
    until(notebook, root, f"root.querySelector('.race-stands').textContent !== '{before[0]}'")
    notebook.until_python_says("mine.rates['SGD'] > 0.1", "True")
    assert stands(root)[1:] == before[1:]
    assert notebook.complaints() == []
    assert notebook.log_entries() == 0


@pytest.mark.parametrize("name", ["training", "race"])
def test_it_fits_a_screen_of_1366_and_a_phone(browser, server, name):
    """As much of a notebook as 1366 by 768 pixels leave: 647 pixels in height."""
    for width, height in ((1366, 768), (390, 844)):
        page = browser.new_page(viewport={"width": width, "height": height}, has_touch=width < 500)
        notebook = lab.Notebook(page, server, "training.ipynb")
        if width < 500:
            page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
        notebook.run_all()
        root = shown(notebook, name)
        box = root.bounding_box()
        assert width < 500 or box["height"] <= 647
        for plane in root.query_selector_all(".nn-plane"):
            assert plane.bounding_box()["width"] <= box["width"]
        assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
        notebook.close()
