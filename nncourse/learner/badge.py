"""A verdict as white letters on a colour, for light and dark pages; its sign differs too."""

# contrast of white on each: 6.2, 5.4, 6.0
SIGNS = {"right": ("✓", "#12703c"), "wrong": ("✗", "#b34a00"), "open": ("○", "#5c6470")}


def badge(kind, words=""):
    """HTML of a sign and, if there are any, words; kind is "right", "wrong" or "open"."""
    sign, colour = SIGNS[kind]
    style = f"background:{colour};color:#fff;border-radius:4px;padding:1px 7px;font-weight:600"
    return f'<span style="{style}">{f"{sign} {words}".strip()}</span>'
