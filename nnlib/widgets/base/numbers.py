"""How explorers write numbers: everywhere the same, with a real minus sign."""


def short(value):
    """About three digits, no trailing zeros, a real minus sign: 0.719, 2.35, −12.3."""
    size = abs(value)
    decimals = 3 if size < 1 else 2 if size < 10 else 1
    text = f"{size:.{decimals}f}".rstrip("0").rstrip(".") if size < 1e4 else f"{size:.1e}"
    return f"−{text}" if value < 0 and text != "0" else text


def number(value, decimals=2):
    """Write a number with a real minus sign, in brackets when it is negative."""
    text = f"{abs(value):.{decimals}f}"
    return f"(−{text})" if value < 0 and float(text) != 0 else text
