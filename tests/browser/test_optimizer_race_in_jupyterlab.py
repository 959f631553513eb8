"""The race of optimizers in a real JupyterLab: it draws by itself, moved with keys and mouse."""

import nbformat
import pytest

from tests.browser import lab
from tests.browser.notebooks import explorers_notebook

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def notebook(open_notebook, folder):
    stored = explorers_notebook(["race_optimizers"])
    stored.cells[
        1
    ].source = "from nnlib.widgets import race_optimizers\n\nshow = race_optimizers()\nshow"
    nbformat.write(stored, folder / "race.ipynb")
    notebook = open_notebook("race.ipynb")
    notebook.run_all()
    return notebook


@pytest.fixture
def race(notebook):
    """The race as it was at the beginning, at step 20."""
    race = notebook.cell(1).wait_for_selector(".nnlib-race[data-frames]")
    race.query_selector(".reset").click()
    drag(notebook.page, race, ".step", 20)
    until(notebook.page, race, "race.dataset.step === '20'")
    return race


def until(page, race, condition):
    page.wait_for_function(f"race => {condition}", arg=race, timeout=10_000)


def drag(page, race, selector, value):
    """Set a slider as a hand does: its value, and the event that tells of it."""
    race.query_selector(selector).evaluate(
        """(input, value) => {
            input.value = value;
            input.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        value,
    )


def pixels(race, name):
    return race.query_selector(f"canvas.{name}").evaluate("canvas => canvas.toDataURL()")


def losses(race):
    return race.evaluate("race => [...race.querySelectorAll('.loss')].map(e => e.textContent)")


def test_it_opens_with_the_numbers_of_the_course(notebook, race):
    assert losses(race) == ["0.0021", "3.18", "0.0095", "8.09"]
    assert race.query_selector(".words").inner_text() == "Lowest after step 20: SGD."
    label = race.query_selector(".map").get_attribute("aria-label")
    assert "from (4, 3). Losses after 20 steps: SGD with rate 0.1: 0.0021" in label
    assert notebook.complaints() == []


def test_play_runs_at_the_rate_of_the_screen_and_pauses(notebook, race):
    page = notebook.page
    start = int(race.get_attribute("data-frames"))
    race.query_selector(".play").click()
    page.wait_for_timeout(1000)
    race.query_selector(".play").click()
    until(page, race, "race.dataset.playing === 'false'")
    frames, step = (int(race.get_attribute(f"data-{name}")) for name in ("frames", "step"))
    assert frames - start >= 10  # 60 on a quiet machine
    assert 25 <= step <= 60  # 15 steps a second from step 20
    page.wait_for_timeout(300)
    assert int(race.get_attribute("data-step")) == step


def test_step_and_reset(notebook, race):
    race.query_selector(".one").click()
    until(notebook.page, race, "race.dataset.step === '21'")
    race.query_selector(".reset").click()
    until(notebook.page, race, "race.dataset.step === '0'")
    assert losses(race) == ["43"] * 4


def test_every_key_is_painted(notebook, race):
    """How soon, make bench says: a test on a busy machine could not."""
    page = notebook.page
    race.evaluate(lab.WATCH_PAINTING)
    race.query_selector(".map").focus()
    for count, key in enumerate(["ArrowLeft", "ArrowDown", "ArrowRight", "ArrowUp"] * 2, 1):
        before = pixels(race, "map")
        page.keyboard.press(key)
        page.wait_for_function(f"window.paintTimes.length === {count}")
        assert pixels(race, "map") != before


def test_keys_move_the_start_and_the_kernel_hears_of_it(notebook, race):
    page = notebook.page
    race.query_selector(".map").focus()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowDown"):
        page.keyboard.press(key)
    until(page, race, "race.querySelector('.map').ariaLabel.includes('from (3.8, 2)')")
    until_python_says(notebook, "[float(one) for one in show.start]", "[3.8, 2.0]")
    page.keyboard.press("Space")
    until(page, race, "race.dataset.playing === 'true'")
    page.keyboard.press("Space")
    until(page, race, "race.dataset.playing === 'false'")


def until_python_says(notebook, expression, expected, seconds=10):
    """Ask the kernel, beside the notebook, until it gives the expected answer."""
    answer = notebook.page.evaluate(
        """async ([expression, expected, seconds]) => {
            const kernel = window.testPanel.sessionContext.session.kernel;
            const end = Date.now() + 1000 * seconds;
            let text = null;
            while (Date.now() < end && text !== expected) {
                const future = kernel.requestExecute(
                    { code: "", user_expressions: { answer: expression }, silent: true });
                const reply = await future.done;
                text = reply.content.user_expressions.answer.data["text/plain"];
            }
            return text;
        }""",
        [expression, expected, seconds],
    )
    assert answer == expected


def test_the_mouse_drags_the_start(notebook, race):
    page = notebook.page
    box = race.query_selector(".map").bounding_box()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.75 * box["height"], steps=4)
    page.mouse.up()
    until(page, race, "race.querySelector('.map').ariaLabel.includes('from (−2')")
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])  # let go
    assert "from (−2" in race.query_selector(".map").get_attribute("aria-label")


def test_arrow_keys_move_the_sliders_and_not_the_notebook(notebook, race):
    page = notebook.page
    cell = page.evaluate("window.testPanel.content.activeCellIndex")
    race.query_selector("[data-name=Adam] .rate").focus()
    before = losses(race)[3]
    page.keyboard.press("ArrowRight")
    until(page, race, f"race.querySelector('[data-name=Adam] .loss').textContent !== '{before}'")
    assert losses(race)[:3] == ["0.0021", "3.18", "0.0095"]
    assert page.evaluate("window.testPanel.content.activeCellIndex") == cell


def test_divergence_is_said(notebook, race):
    drag(notebook.page, race, "[data-name=SGD] .rate", 0)
    until(notebook.page, race, "race.querySelector('.loss').textContent.startsWith('diverged')")
    assert "Diverged, for the rate is too large: SGD" in race.inner_text()


def test_python_moves_the_page(notebook, race):
    until_python_says(notebook, "setattr(show, 'surface', 'plateau') or show.surface", "'plateau'")
    until(notebook.page, race, "race.querySelector('.surface').value === 'plateau'")
    until(notebook.page, race, "race.querySelector('.map').ariaLabel.includes('surface plateau')")


def test_both_themes_are_legible_and_nothing_is_cut_off_at_800_pixels(notebook, race):
    page = notebook.page
    contrasts = {}
    for theme, name in (("light", "JupyterLab Light"), ("dark", "JupyterLab Dark")):
        notebook.theme(name)
        until(page, race, f"race.dataset.theme === '{theme}'")
        contrasts[theme] = race.evaluate(
            """race => {
                const { data } = race.querySelector("canvas.losses").getContext("2d")
                    .getImageData(0, 0, 8, 8);
                return data[0];
            }"""
        )
    assert contrasts["light"] > 240
    assert contrasts["dark"] < 40
    notebook.theme("JupyterLab Light")
    page.set_viewport_size({"width": 800, "height": 900})
    width, visible = race.evaluate("race => [race.scrollWidth, race.clientWidth]")
    assert width <= visible + 1
    page.set_viewport_size({"width": 1280, "height": 900})
    assert notebook.log_entries() == 0


def test_it_runs_on_without_a_kernel(notebook, race):
    notebook.page.evaluate("window.testPanel.sessionContext.shutdown()")
    notebook.page.wait_for_function("window.testPanel.sessionContext.session === null")
    before = pixels(race, "map")
    race.query_selector(".map").focus()
    notebook.page.keyboard.press("Shift+ArrowLeft")
    notebook.page.keyboard.press("Space")
    until(notebook.page, race, "+race.dataset.step > 30")
    assert pixels(race, "map") != before


def test_a_web_page_without_a_model(browser):
    """What a static site does: import the script, call render with a place to draw in."""
    import base64

    from nnlib.widgets.base.javascript import HERE, joined

    script = joined(HERE / "optimizer_race_show.js").encode()
    page = browser.new_page(offline=True)
    problems = []
    page.on("pageerror", lambda error: problems.append(error))
    page.set_content("<div id='here'></div>")
    page.evaluate(
        """async script => {
            const race = await import("data:text/javascript;base64," + script);
            window.stop = race.default.render({ el: document.getElementById("here") });
        }""",
        base64.b64encode(script).decode(),
    )
    race = page.wait_for_selector(".nnlib-race[data-frames]")
    page.click("text=Adam wins")
    until(page, race, "race.dataset.playing === 'true' && +race.dataset.step > 3")
    page.evaluate("window.stop()")
    assert problems == []
    page.close()
