import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nnlib.widgets.base.numbers import short
from nnlib.widgets.base.quick_text import QuickText, glyph


def drawn(make):
    """Return what make(figure) draws, as darkness from 0 to 1 of shape (height, width)."""
    figure = Figure(figsize=(4, 1), dpi=100)
    canvas = FigureCanvasAgg(figure)
    make(figure)
    canvas.draw()
    return 1 - np.asarray(canvas.buffer_rgba())[..., 0] / 255


@pytest.mark.parametrize("ha", ["left", "center", "right"])
def test_it_stands_where_matplotlib_writes_it(ha):
    text = "h₁: z = 0.7 × (−0.35) → 1.25"
    ours = drawn(lambda figure: QuickText(figure, 0.5, 0.5, text, size=9, ha=ha))
    theirs = drawn(lambda figure: figure.text(0.5, 0.5, text, size=9, ha=ha, va="center"))
    for axis in (0, 1):
        a, b = (np.flatnonzero(picture.max(axis=axis) > 0.2) for picture in (ours, theirs))
        assert abs(a[0] - b[0]) <= 4  # of 360: hinting rounds every advance
        assert abs(a[-1] - b[-1]) <= 4  # of 360: hinting rounds every advance
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.15)


def test_lines_stand_below_each_other():
    both = drawn(lambda figure: QuickText(figure, 0.5, 0.5, "HHH\nHHH", size=12))
    rows = np.flatnonzero(both.max(axis=1) > 0.2)
    assert np.count_nonzero(np.diff(rows) > 1) == 1
    assert rows.mean() == pytest.approx(49.5, abs=1.5)


def test_a_new_text_replaces_the_old_one():
    def write_twice(figure):
        label = QuickText(figure, 0.5, 0.5, "WWWWWWWWWWWW")
        label.set_text("1")
        assert label.get_text() == "1"

    once = drawn(lambda figure: QuickText(figure, 0.5, 0.5, "1"))
    np.testing.assert_array_equal(drawn(write_twice), once)
    assert not drawn(lambda figure: QuickText(figure, 0.5, 0.5, "")).any()


def test_a_shift_is_in_points():
    def column(shift):
        picture = drawn(lambda figure: QuickText(figure, 0.5, 0.5, "I", shift=(shift, 0)))
        return np.average(np.arange(400), weights=picture.sum(axis=0))

    assert column(36) - column(0) == pytest.approx(50, abs=0.5)  # half an inch


def test_a_blank_is_as_wide_as_in_the_font():
    assert 0.2 < glyph(" ")[2] < 0.4


def test_numbers_are_short():
    values = (0.719, -0.35, 2.5, 12.34, -0.0001, 0, 1000, 12345.6)
    assert [short(v) for v in values] == [
        *("0.719", "−0.35", "2.5", "12.3", "0", "0", "1000", "1.2e+04")
    ]
