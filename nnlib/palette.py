"""The colours of the whole course, in one place.

The named colours are those of Okabe and Ito (2008), chosen so that people with any of the common
kinds of colour blindness can tell them apart. Never let colour be the only difference: give lines
another dash, points another marker.
"""

from matplotlib.colors import LinearSegmentedColormap

BLACK = "#000000"
ORANGE = "#e69f00"
SKY = "#56b4e9"
GREEN = "#009e73"
YELLOW = "#f0e442"
BLUE = "#0072b2"
RED = "#d55e00"  # Okabe and Ito call it vermillion
PURPLE = "#cc79a7"

# for small letters on white, where the colours above are too light
RED_TEXT = "#b34a00"
BLUE_TEXT = "#005a8f"

GREY = "#5c6470"
GRID = "#d4d8de"
PAPER = "#ffffff"

# purple, orange and sky, dark enough for a line on white: 3 to 1 or more
PURPLE_LINE, OCHRE, SKY_LINE = "#b8578d", "#b07a00", "#2a8fc9"
# for several lines in one picture, in this order; yellow is too light for a line on white
CYCLE = (BLUE, RED, GREEN, PURPLE_LINE, OCHRE, SKY_LINE, BLACK)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)), (0, (3, 1, 1, 1)))

# class 0 is blue and round, class 1 is orange and square, everywhere
CLASS_COLOURS = (BLUE, RED)

# low is blue, the middle is white, high is orange: outputs, weights, anything with a sign
DIVERGING = LinearSegmentedColormap.from_list("course_diverging", [BLUE, "#ffffff", RED])
# the same, lighter, for a background on which points in the full colours still show
DIVERGING_LIGHT = LinearSegmentedColormap.from_list(
    "course_diverging_light", ["#8cc4ea", "#ffffff", "#f6b48a"]
)
SEQUENTIAL = "viridis"  # sizes and losses: darker is smaller
INK = "gray_r"  # digits: black ink on white paper
