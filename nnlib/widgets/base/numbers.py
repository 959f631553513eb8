"""How explorers write numbers: everywhere the same, with a real minus sign. kit/numbers.js too."""

import math
from decimal import ROUND_HALF_UP, Decimal

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fixed(value, decimals=2):
    """With so many decimals: 0.72, −12.30, ∞."""
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else "∞" if value > 0 else "−∞"
    # as JavaScript rounds: of two that are as near, the larger
    text = str(Decimal(abs(float(value))).quantize(Decimal(10) ** -decimals, ROUND_HALF_UP))
    return f"−{text}" if value < 0 and float(text) else text


def short(value):
    """About three digits, no trailing zeros: 0.719, 2.35, −12.3, 0.0021, 3.1e−9."""
    size = abs(value)
    if size and math.isfinite(size) and not 1e-4 <= size < 1e5:
        mantissa, power = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(power)}".replace("-", "−")
    decimals = 3 if size < 1 else 2 if size < 10 else 1 if size < 1000 else 0
    if 0 < size < 0.1:
        decimals = 1 - math.floor(math.log10(size))  # two digits
    text = fixed(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def few(value):
    """About two digits, in words: 0.37, 52, 3 × 10⁻⁸."""
    if value == 0 or 0.01 <= value < 1000:
        return short(float(f"{value:.2g}"))
    mantissa, power = f"{value:.0e}".split("e")
    return f"{mantissa} × 10{str(int(power)).translate(SUPERSCRIPTS)}"
