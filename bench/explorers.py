"""Time the explorers in a real JupyterLab: python -m bench.explorers [NAME ...]

For each, the milliseconds from a key to the painted picture, of a frame while something in it is
dragged, and while it plays where it can. Medians; exits with 1 when a limit is missed.
"""

import argparse
import itertools
import math
import statistics
import sys
import tempfile
from pathlib import Path

import nbformat

from tests.browser import lab
from tests.browser.notebooks import explorer_names, explorers_notebook

KEY, FRAME = 60, 17  # milliseconds; a screen shows 60 frames a second
KEYS, MOVES, SECONDS = 20, 90, 2
PLAY = ".nn-play"
MOVERS = f".nn-handle, canvas.drawing, {lab.SLIDER}"

WATCH_FRAMES = """() => {
    window.frameTimes = [];
    window.watchFrames = true;
    const tick = time => {
        window.frameTimes.push(time);
        if (window.watchFrames) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
}"""


def measure(names):
    """Yield (name, what, milliseconds or None where there is nothing to move, limit)."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home, "served")
        folder.mkdir()
        nbformat.write(explorers_notebook(names), folder / "explorers.ipynb")
        with lab.jupyterlab(folder, home) as server, lab.browser() as chromium:
            page = chromium.new_page(viewport={"width": 1280, "height": 1400})
            notebook = lab.Notebook(page, server, "explorers.ipynb")
            notebook.run_all()
            for index, name in enumerate(names):
                cell = notebook.cell(2 * index + 1)
                show = cell.wait_for_selector(lab.EXPLORER)
                yield name, "key to painted", show_key(page, show), KEY
                yield name, "a frame while it is dragged", dragged(page, show), FRAME
                if any(play.is_visible() for play in show.query_selector_all(PLAY)):
                    yield name, "a frame while it plays", played(page, show), FRAME
            notebook.close()


def show_key(page, show):
    try:
        lab.press_show(page, show)  # finds what can be moved, and leaves the keys there
    except TimeoutError:
        return None
    done = page.evaluate("window.paintTimes.length")
    for count, key in enumerate(["ArrowLeft", "ArrowRight"] * (KEYS // 2), done + 1):
        page.keyboard.press(key)
        page.wait_for_function(f"window.paintTimes.length >= {count}")
    return statistics.median(page.evaluate("window.paintTimes")[done:])


def dragged(page, show):
    """The median frame while the first thing that follows the mouse goes round and round."""
    for mover in filter(lambda one: one.is_visible(), show.query_selector_all(MOVERS)):
        mover.scroll_into_view_if_needed()
        box = mover.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        radius = 40 if min(box["width"], box["height"]) > 20 else 25
        page.mouse.move(x, y)
        page.mouse.down()
        before = drawn(show)
        page.evaluate(WATCH_FRAMES)
        for step in range(MOVES):
            angle = 4 * math.pi * step / MOVES
            page.mouse.move(x + radius * math.sin(angle), y + radius * (1 - math.cos(angle)) / 2)
        times = frame_times(page)
        page.mouse.up()
        if drawn(show) > before:
            return times
    return None


def played(page, show):
    play = next(one for one in show.query_selector_all(PLAY) if one.is_visible())
    play.scroll_into_view_if_needed()
    play.evaluate("button => button.click()")  # also one that ends on the way, and is hidden then
    page.evaluate(WATCH_FRAMES)
    page.wait_for_timeout(1000 * SECONDS)
    times = frame_times(page)
    play.evaluate("button => button.click()")
    return times


def drawn(show):
    """How often the show has drawn itself."""
    return int(show.get_attribute("data-frames") or 0)


def frame_times(page):
    """The median of the milliseconds from frame to frame since WATCH_FRAMES."""
    times = page.evaluate("() => { window.watchFrames = false; return window.frameTimes; }")
    return statistics.median(b - a for a, b in itertools.pairwise(times))


def main():
    parser = argparse.ArgumentParser(prog="python -m bench.explorers", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="such as explore_softmax (all)")
    names = parser.parse_args().names or explorer_names()
    missed = 0
    print("\nExplorers in JupyterLab, Chromium")
    for name, what, value, limit in measure(names):
        if value is None:
            print(f"  nothing to move                     {name}, {what}", flush=True)
            continue
        missed += value > limit
        verdict = "MISSED" if value > limit else "met   "
        rate = f", {1000 / value:.0f} frames a second" if limit == FRAME else ""
        print(
            f"  {verdict} {value:7.1f} ms, at most {limit:3} ms   {name}, {what}{rate}", flush=True
        )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
