"""Text that changes at every frame: its glyphs are drawn as outlines, made once and kept.

Matplotlib renders every letter anew: 2.9 ms for a line of 50, against 0.1 ms for its outline.
"""

from functools import cache

import numpy as np
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D, ScaledTranslation

UNIT = 100  # glyphs are kept at this size, in points
LINE = 1.2  # from line to line, in sizes
RISE = 0.36  # half the height of a digit, in sizes
ALIGN = {"left": 0.0, "center": 0.5, "right": 1.0}


@cache
def glyph(letter):
    """Return (vertices, codes, advance) of a letter of size 1 at the origin."""
    if letter == " ":  # TextPath takes no empty outline
        vertices, codes = np.empty((0, 2)), np.empty(0, np.uint8)
    else:
        outline = TextPath((0, 0), letter, size=UNIT)
        vertices, codes = outline.vertices, outline.codes
    font = get_font(findfont(FontProperties()))
    font.set_size(UNIT, 72)
    advance = font.load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536
    return vertices / UNIT, codes, advance / UNIT


def text_path(text, align):
    """Return the outline of a text of size 1, its lines aligned and centred about the origin."""
    vertices, codes = [np.empty((0, 2))], [np.empty(0, np.uint8)]
    lines = text.split("\n")
    for i, line in enumerate(lines):
        letters = [glyph(letter) for letter in line]
        x = -align * sum(advance for *_, advance in letters)
        y = LINE * ((len(lines) - 1) / 2 - i) - RISE
        for outline, kinds, advance in letters:
            vertices.append(outline + np.array([x, y]))
            codes.append(kinds)
            x += advance
    return Path(np.concatenate(vertices), np.concatenate(codes))


class QuickText(PathPatch):
    """A text in an Axes or a Figure at (x, y), vertically centred there.

    ha: "left", "center" or "right"; size and shift, right and up, in points. `on` is what x and y
    are measured in: the data of an Axes or the fraction of a Figure unless it is given.
    """

    def __init__(
        self, parent, x, y, text="", *, size=10, ha="center", shift=(0, 0), on=None, **style
    ):
        figure = parent.get_figure(root=True)
        on = on or getattr(parent, "transData", None) or parent.transSubfigure
        inches = Affine2D().scale(size / 72).translate(shift[0] / 72, shift[1] / 72)
        self._place, self._on = inches + figure.dpi_scale_trans, on
        self._align = ALIGN[ha]
        self._text = None
        super().__init__(Path(np.empty((0, 2))), lw=0)
        self.move(x, y)
        self.set(**{"color": "black", "zorder": 5, **style})
        parent.add_artist(self)
        self.set(clip_on=False, in_layout=False)
        self.set_text(text)

    def move(self, x, y):
        self.set_transform(self._place + ScaledTranslation(x, y, self._on))

    def set_text(self, text):
        if text != self._text:
            self._text = text
            self.set_path(text_path(text, self._align))

    def get_text(self):
        return self._text
