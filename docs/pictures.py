"""The picture of the README, made from real explorers: python -m docs.pictures."""

import io
import sys
from pathlib import Path

from PIL import Image

from nnlib.widgets import (
    explore_backpropagation,
    explore_convolution,
    explore_optimizers,
    explore_training,
)

EXPLORERS = Path(__file__).parent / "static" / "explorers.png"
WIDTH, GAP = 740, 40  # of each picture and between them, in pixels
STEPS = 600  # of training, before the picture


def four():
    """Four explorers, set to what is worth seeing."""
    backpropagation = explore_backpropagation().set(step=9)
    training = explore_training(data="three spirals", noise=0.1, layers=2, units=8, steps=STEPS)
    return backpropagation, explore_optimizers(), training, explore_convolution()


def grid(explorers):
    """Their pictures as one, two in a row, all of the same width."""
    pictures = [Image.open(io.BytesIO(explorer.still())) for explorer in explorers]
    pictures = [picture.resize(scaled(picture), Image.Resampling.LANCZOS) for picture in pictures]
    rows = [pictures[:2], pictures[2:]]
    heights = [max(picture.height for picture in row) for row in rows]
    sheet = Image.new("RGB", (2 * WIDTH + 3 * GAP, sum(heights) + 3 * GAP), "white")
    y = GAP
    for row, height in zip(rows, heights, strict=True):
        for column, picture in enumerate(row):
            x = GAP + column * (WIDTH + GAP)
            sheet.paste(picture, (x, y + (height - picture.height) // 2))
        y += height + GAP
    return sheet


def scaled(picture):
    return WIDTH, round(picture.height * WIDTH / picture.width)


def main(path=EXPLORERS):
    sheet = grid(four())
    few = sheet.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main())
