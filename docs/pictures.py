"""The moving picture of the README, filmed from the real thing: python -m docs.pictures

Chromium opens three explorers as the site shows them, one after the other: a digit is drawn and
read, a network learns three spirals, a loss goes back through a network. What it shows is filmed.
"""

import contextlib
import io
import itertools
import json
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image

from docs.live import write_explorers
from tests.browser import lab

MOVING = Path(__file__).parent / "static" / "explorers.webp"
WIDTH, HEIGHT, SHARPNESS = 860, 326, 1.35
PAUSE = 80  # milliseconds between two frames
LONGER = 1400  # at the end of a scene
MOST_BYTES = 3_000_000
MOST_STEPS = 1500  # of training
FRAMES_OF_A_STEP = 3  # of backpropagation
PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="explorers.css">
<style>body {{ background: #fff; margin: 14px 24px; font: 15px system-ui, sans-serif; }}</style>
<div id="here"></div><script type="module">
import show from "./explorers/{name}.js";
const weights = new URL("explorers/weights.bin", location);
show.render({{ el: document.getElementById("here"), weights, ...{options} }});
</script>"""
SMALLER = (
    ".nnlib-pad .drawing { height: 236px; width: 236px; } .nnlib-pad button { display: none; }"
)
SEVEN = [(0.24, 0.2), (0.5, 0.19), (0.78, 0.2), (0.66, 0.42), (0.55, 0.62), (0.45, 0.88)]


def draw_and_read(page, frame):
    """A 7, stroke by stroke, while the bars follow."""
    page.wait_for_selector(".nnlib-pad[data-ready]")
    page.get_by_role("button", name="Clear").click()
    page.add_style_tag(content=SMALLER)  # so that the network's sentence is in the picture
    box = page.locator(".drawing").bounding_box()
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN]
    page.mouse.move(*at[0])
    page.mouse.down()
    for (x0, y0), (x1, y1) in itertools.pairwise(at):
        for part in (0.25, 0.5, 0.75, 1):
            page.mouse.move(x0 + part * (x1 - x0), y0 + part * (y1 - y0))
            frame()
    page.mouse.up()


def learn(page, frame):
    """A network of two layers finds the borders between three spirals."""
    page.get_by_role("button", name="Train").click()
    steps = 0
    while steps < MOST_STEPS:
        page.wait_for_timeout(30)
        frame()
        said = page.get_by_text(re.compile(r"^Step [\d,]+, epoch")).first.inner_text()
        steps = int(re.match(r"Step ([\d,]+)", said)[1].replace(",", ""))


def backpropagate(page, frame):
    """Forwards from the inputs to the loss, then back, edge by edge."""
    scrub = page.get_by_role("slider", name="forwards, then backwards")
    scrub.fill("0")
    for step in range(int(scrub.get_attribute("max")) + 1):
        scrub.fill(str(step))
        for _ in range(FRAMES_OF_A_STEP):
            frame()


SPIRALS = {"data": "three spirals", "noise": 0.1, "layers": 2, "units": 8, "pace": 5}
SCENES = (
    ("pad", {}, draw_and_read),
    ("training", {"settings": SPIRALS}, learn),
    ("network", {"mode": "backward", "settings": {}}, backpropagate),
)


def film(browser=None):
    """[(frame, milliseconds)] of all scenes, in this browser or in one of its own."""
    frames = []
    own = contextlib.nullcontext(browser) if browser else lab.browser()
    with tempfile.TemporaryDirectory() as folder, own as browser:
        write_explorers(folder)
        with lab.served(folder) as address:
            for name, options, act in SCENES:
                text = PAGE.format(name=name, options=json.dumps(options))
                Path(folder, f"{name}.html").write_text(text, encoding="utf-8")
                page = browser.new_page(
                    viewport={"width": WIDTH, "height": 900}, device_scale_factor=SHARPNESS
                )
                page.goto(f"{address}{name}.html")
                page.wait_for_selector("#here > *")
                clip = {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT}

                def frame(page=page, clip=clip):
                    picture = Image.open(io.BytesIO(page.screenshot(clip=clip)))
                    frames.append([picture.convert("RGB"), PAUSE])

                act(page, frame)
                frame()
                frames[-1][1] = LONGER
                page.close()
    return frames


def main(path=MOVING, browser=None):
    """Film, and write the moving picture and, beside it, a still one for links to the site."""
    pictures, milliseconds = zip(*film(browser), strict=True)
    first, *others = pictures
    options = {"duration": list(milliseconds), "loop": 0, "quality": 70, "method": 4}
    first.save(path, save_all=True, append_images=others, **options)
    longest = [k for k, pause in enumerate(milliseconds) if pause == LONGER]
    few = pictures[longest[1]].quantize(256, dither=Image.Dither.NONE)
    few.save(path.with_suffix(".png"), optimize=True)
    size = path.stat().st_size
    print(f"{path.name}: {len(pictures)} frames, {size / 1000:.0f} kB")
    return int(size > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
