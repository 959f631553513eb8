"""Training and the race of optimizers in a real JupyterLab: they play by themselves, and listen."""

import nbformat
import pytest

from tests.browser.lab import box_of, stroke, until, until_said, until_shown
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


def press(root, name):
    root.query_selector(f"[data-name='{name}']").click()


def test_a_network_trains_without_the_kernel_and_rests_with_python_knowing(notebook):
    root = shown(notebook, "training")
    tiles = root.query_selector(".training-tile canvas").evaluate("c => c.toDataURL()")
    press(root, "play")
    until(root, "Number(root.dataset.steps) >= 60")
    press(root, "play")
    until(root, "root.dataset.playing === 'false'")
    steps = root.get_attribute("data-steps")
    notebook.until_python_says("t.steps", steps)
    notebook.page.wait_for_timeout(300)
    assert root.get_attribute("data-steps") == steps
    until_shown(root, f"Step {int(steps):,}, epoch", ".nn-said")
    until(root, f"root.querySelector('.training-tile canvas').toDataURL() !== '{tiles}'")
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
    box = box_of(root.query_selector(".nn-plane svg"))
    notebook.page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.3 * box["height"])
    notebook.until_python_says("len(t.added), t.added[0][2]", "(1, 1)")
    assert int(root.get_attribute("data-steps")) == before
    until_shown(root, "of 141 right", ".nn-said")
    place = root.query_selector(".nn-handle[aria-label^='A place in the plane']")
    place.focus()
    for key in ("ArrowRight", "ArrowUp", "Enter"):
        notebook.page.keyboard.press(key)
    notebook.until_python_says("len(t.added)", "2")
    until_shown(root, "At (", ".training-hover")
    press(root, "back")
    notebook.until_python_says("t.added, t.steps", "([], 0)")


def test_a_unit_fills_the_plane_while_it_has_the_focus(notebook):
    root = shown(notebook, "training")
    heat = root.query_selector(".nn-plane canvas")
    box_of(heat)
    before = heat.evaluate("c => c.toDataURL()")
    root.query_selector(".training-tile").focus()
    until(root, "root.querySelector('.training-hover').textContent.includes('unit 1')")
    until(heat, f"root.toDataURL() !== '{before}'")
    notebook.page.keyboard.press("ArrowRight")
    until(root, "root.querySelector('.training-hover').textContent.includes('unit 2')")
    root.query_selector("[data-name=play]").focus()
    until(root, "root.querySelector('.training-hover').textContent === ''")
    until(heat, f"root.toDataURL() === '{before}'")


def test_python_and_presets_move_the_training(notebook):
    root = shown(notebook, "training")
    notebook.set("t", data="circles", units=3, steps=40)
    until(root, "root.dataset.steps === '40'")
    until(root, "root.querySelectorAll('.training-tile').length === 3")
    press(root, "Explodes")
    until(root, "root.querySelector('.nn-said').textContent.includes('broke down')")
    until(root, "root.dataset.playing === 'false'")
    press(root, "reset")
    until(root, "root.dataset.steps === '0'")
    notebook.until_python_says("t.data, t.layers", "('moons', 1)")
    assert notebook.complaints() == []


def test_a_layer_of_the_learners_own_is_trained_by_python(notebook):
    root = shown(notebook, "own")
    press(root, "play")
    until(root, "Number(root.dataset.steps) >= 50")
    press(root, "play")
    until(root, "root.dataset.playing === 'false'")
    notebook.until_python_says("own.run.steps == own.steps", "True")
    root.wait_for_selector("[data-name=layers]", state="hidden")
    assert notebook.complaints() == []


STANDS = "[...root.querySelectorAll('.race-stands')].map(one => one.innerText).join()"


def test_the_race_opens_with_the_numbers_of_the_course_and_plays(notebook):
    root = shown(notebook, "race")
    until(root, f"{STANDS} === '0.0021,3.18,0.0095,8.09'")
    until_shown(root, "Lowest after step 20: SGD.", ".nn-said")
    press(root, "again")
    until(root, "root.dataset.steps === '0'")
    until(root, f"{STANDS} === '43,43,43,43'")
    press(root, "play")
    until(root, "Number(root.dataset.steps) >= 10")
    press(root, "play")
    until(root, "root.dataset.playing === 'false'")
    notebook.until_python_says("r.steps", root.get_attribute("data-steps"))
    press(root, "Rate too large")
    until(root, "root.dataset.playing === 'false' && root.dataset.steps === '30'")
    until(root, f"{STANDS}.startsWith('diverged,diverged,')")
    until_shown(root, "Diverged, for the rate is too large: SGD")
    press(root, "reset")
    until(root, "root.dataset.steps === '20'")
    assert notebook.complaints() == []


def test_the_start_is_moved_with_mouse_and_keys_and_by_python(notebook):
    page, root = notebook.page, shown(notebook, "race")
    box = box_of(root.query_selector(".nn-plane svg"))
    across, down = box["width"], box["height"]
    start = (box["x"] + 0.8 * across, box["y"] + 0.2 * down)
    stroke(page, start, (box["x"] + 0.3 * across, box["y"] + 0.7 * down))
    notebook.until_python_says("r.start[0] < -1 and r.start[1] < -1", "True")
    notebook.set("r", start=[4.0, 3.0])
    start = root.query_selector(".nn-handle[aria-label^='The start']")
    until(start, "root.ariaValueNow === '4.00'")
    active = page.evaluate("window.testPanel.content.activeCellIndex")
    start.focus()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowDown"):
        page.keyboard.press(key)
    notebook.until_python_says("[float(one) for one in r.start]", "[3.8, 2.0]")
    until_said(start, "from (3.8, 2)")
    page.keyboard.press("Space")
    until(root, "root.dataset.playing === 'true'")
    page.keyboard.press("Space")
    until(root, "root.dataset.playing === 'false'")
    assert page.evaluate("window.testPanel.content.activeCellIndex") == active


def test_the_learners_own_surface_is_run_by_python_when_the_page_moves(notebook):
    root = shown(notebook, "mine")
    first, others = root.evaluate(f"root => {STANDS}").split(",", 1)
    slider = root.query_selector("[data-name='rate SGD'] input[type=range]")
    slider.focus()
    notebook.page.keyboard.press("ArrowRight")
    until(root, f"!{STANDS}.startsWith('{first},')")
    notebook.until_python_says("mine.rates['SGD'] > 0.1", "True")
    until(root, f"{STANDS}.endsWith(',{others}')")
    assert notebook.complaints() == []
    assert notebook.log_entries() == 0
