"""Time the explorers: python -m bench.explorers [--kernel-only]

From `.value =` to the new picture in the kernel, from a key to the painted picture in JupyterLab,
and the frames a second of a network in training. Exits with 1 when a limit is missed.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import numpy as np

from nnlib import widgets
from tests.browser import lab
from tests.browser.notebooks import explorers_notebook
from tests.widgets.helpers import extremes

CURVE, HEAT_MAP = 15, 25  # ms in the kernel
KEY, SHOWPIECE_KEY = 150, 40  # ms from a key to what is painted
FRAMES, PAUSE = 10, 500  # a second; ms

# explorer, settings at first, the control that moves, how many values, limit in ms
MOVES = [
    ("explore_codes", {}, "mix", 31, HEAT_MAP),
    ("explore_optimizers", {}, "lr_adam", 31, HEAT_MAP),
    ("explore_training", {}, "play", 31, 1000 / FRAMES),
]
KEYS = ["explore_softmax", "explore_codes", "explore_optimizers"]


def milliseconds(explorer, name, count):
    """Median processor time in ms from `.value =` to the new picture, over a control's range."""
    widget = explorer.controls[name]
    low, high = (0, count) if name == "play" else extremes(widget)
    times = []
    for value in np.linspace(low, high, count)[1:]:
        begin = time.thread_time()
        widget.value = type(widget.value)(value)
        times.append(time.thread_time() - begin)
    return 1000 * statistics.median(times)


def kernel():
    """Yield (what, milliseconds, limit) for every move."""
    for name, settings, control, count, limit in MOVES:
        explorer = getattr(widgets, name)().set(**settings)
        what = f"{name}({', '.join(f'{k}={v!r}' for k, v in settings.items())}), {control}"
        yield what, milliseconds(explorer, control, count), limit


def browser():
    """Yield (what, value, limit) for keys and for training, in a real JupyterLab."""
    names = [*KEYS, "race_optimizers", "explore_training"]
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home, "served")
        folder.mkdir()
        nbformat.write(explorers_notebook(names), folder / "explorers.ipynb")
        with lab.jupyterlab(folder, home) as server, lab.browser() as chromium:
            page = chromium.new_page(viewport={"width": 1280, "height": 1400})
            notebook = lab.Notebook(page, server, "explorers.ipynb")
            notebook.run_all()
            for index, name in enumerate(KEYS):
                (element,) = notebook.explorers_in(2 * index + 1)
                keys = ["ArrowRight", "ArrowLeft"] * 10
                times = [lab.press_slider(page, element, key) for key in keys]
                yield f"{name}, key to painted", statistics.median(times), KEY
            yield "race_optimizers, key to painted", show_key(page, notebook), SHOWPIECE_KEY
            rate, pause = training(page, notebook, 2 * len(names) - 1)
            yield "explore_training, a frame while it plays", rate, 1000 / FRAMES
            yield "explore_training, last picture after pause", pause, PAUSE
            notebook.close()


def show_key(page, notebook):
    race = notebook.cell(2 * len(KEYS) + 1).wait_for_selector(".nnlib-race")
    race.evaluate(lab.WATCH_PAINTING)
    race.query_selector(".map").focus()
    for count, key in enumerate(["ArrowLeft", "ArrowRight"] * 16, 1):
        page.keyboard.press(key)
        page.wait_for_function(f"window.paintTimes.length === {count}")
    return statistics.median(page.evaluate("window.paintTimes"))


def training(page, notebook, index, seconds=5):
    """Return (ms a frame while it plays, ms from pause to the last picture)."""
    (element,) = notebook.explorers_in(index)
    picture = element.query_selector(lab.PICTURE)
    page.evaluate(
        """picture => {
            window.changes = [];
            picture.addEventListener('load', () => window.changes.push(performance.now()));
        }""",
        picture,
    )
    play = element.query_selector(".nn-play")
    play.click()
    page.wait_for_timeout(1000 * seconds)
    times = np.array(page.evaluate("window.changes"))
    pressed = page.evaluate("performance.now()")
    play.click()
    page.wait_for_timeout(2000)
    last = page.evaluate("window.changes")[-1]
    return float(np.median(np.diff(times))), max(0.0, last - pressed)


def main():
    parser = argparse.ArgumentParser(prog="python -m bench.explorers", description=__doc__)
    parser.add_argument("--kernel-only", action="store_true", help="no browser")
    options = parser.parse_args()
    missed = 0
    parts = [kernel] if options.kernel_only else [kernel, browser]
    for part in parts:
        for what, value, limit in part():
            missed += value > limit
            verdict = "MISSED" if value > limit else "met   "
            print(f"  {verdict} {value:7.1f} ms, at most {limit:5.0f}   {what}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
