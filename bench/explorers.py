"""Time the explorers in a real JupyterLab: python -m bench.explorers [NAME ...]

For each, the milliseconds from a key to the painted picture, of a frame while something in it is
dragged, and while it plays where it can. Before them the site's first page, with no network: from
its address to a digit pad that answers to keys, and its weight. "first page" is its NAME. Medians;
exits with 1 when a limit is missed.
"""

import argparse
import itertools
import math
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from tests.browser import lab
from tests.browser.notebooks import explorer_names, explorers_notebook

KEY, FRAME = 60, 17  # milliseconds; a screen shows 60 frames a second
USABLE, WEIGHT = 1000, 1500  # milliseconds and kB of the site's first page
FRONT, VISITS = "first page", 5
ROOT = Path(__file__).parents[1]
KEYS, MOVES, SECONDS = 20, 90, 2
PLAY = ".nn-play"
MOVERS = f".nn-handle, canvas.drawing, {lab.SLIDER}"

ANSWERED = """() => document.querySelector('.hero .answer').textContent
    .startsWith('The network says') && performance.now()"""  # since the address was asked for

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
            page.close(run_before_unload=False)


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


def first_page():
    """Yield rows as measure() does; each visit has a browser that knows nothing yet."""
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", "docs", ".", folder]
        subprocess.run(build, cwd=ROOT, check=True)
        with lab.served(folder) as address, lab.browser() as chromium:
            visits = [visit(chromium, address) for _ in range(VISITS)]
    milliseconds, kilobytes = (statistics.median(one) for one in zip(*visits, strict=True))
    yield FRONT, "from its address to an answer to keys", milliseconds, USABLE
    yield FRONT, "its weight but for pictures", kilobytes, WEIGHT


def visit(chromium, address):
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.route(lambda url: not url.startswith(address), lambda route: route.abort())
    came = {}

    def note(response):
        if response.request.resource_type != "image":
            came[response.url] = int(response.headers.get("content-length", 0))

    page.on("response", note)
    page.goto(f"{address}docs/index.html", wait_until="commit")
    page.wait_for_selector(".hero .nnlib-pad[data-ready]")
    page.focus(".hero .drawing")
    for key in [" ", "ArrowDown", "ArrowDown"]:  # a stroke
        page.keyboard.press(key)
    milliseconds = page.wait_for_function(ANSWERED).json_value()
    page.wait_for_load_state("networkidle")
    context.close()
    return milliseconds, sum(came.values()) / 1000


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
    names = parser.parse_args().names or [FRONT, *explorer_names()]
    missed = 0
    print("\nExplorers in JupyterLab and on the site, Chromium")
    for name, what, value, limit in found(names):
        if value is None:
            print(f"  nothing to move                     {name}, {what}", flush=True)
            continue
        missed += value > limit
        verdict = "MISSED" if value > limit else "met   "
        rate = f", {1000 / value:.0f} frames a second" if limit == FRAME else ""
        unit = "kB" if limit == WEIGHT else "ms"
        figures = f"{value:7.1f} {unit}, at most {limit:4} {unit}"
        print(f"  {verdict} {figures}   {name}, {what}{rate}", flush=True)
    return int(missed > 0)


def found(names):
    if FRONT in names:
        yield from first_page()
    others = [name for name in names if name != FRONT]
    if others:
        yield from measure(others)


if __name__ == "__main__":
    sys.exit(main())
