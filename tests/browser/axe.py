"""What axe-core finds serious or critical by WCAG A and AA."""

from pathlib import Path

import axe_playwright_python

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules that see another theme
# Most of axe's time goes into the contrast of thousands of words in the same few looks: a look that
# was found right once is not computed again. A look is the letters and every background, opacity
# and filter around them; what may lie on anything else has a look of its own.
ONCE_PER_LOOK = """() => {
    const numbers = new Map(), grounds = new Map(), right = new Set();
    const number = (...parts) => {
        const key = parts.join("|");
        if (!numbers.has(key)) numbers.set(key, numbers.size);
        return numbers.get(key);
    };
    const ground = (element) => {
        if (element === null) return 0;
        if (!grounds.has(element)) grounds.set(element, groundOf(element));
        return grounds.get(element);
    };
    const groundOf = (element) => {
        const below = ground(element.parentElement), style = getComputedStyle(element);
        const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode } = style;
        const own = [backgroundColor, backgroundImage, opacity, filter, mixBlendMode].join("|");
        const moved = !["static", "relative"].includes(style.position) || style.zIndex !== "auto"
            || style.transform !== "none" || style.margin.includes("-")
            || element instanceof SVGElement;
        if (moved) return number("alone", grounds.size);
        return own === "rgba(0, 0, 0, 0)|none|1|none|normal" ? below : number(below, own);
    };
    const check = axe._audit.checks["color-contrast"], { evaluate } = check;
    check.evaluate = function (element, ...more) {
        const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
        const look = number(ground(element), color, fontSize, fontWeight, textShadow);
        if (right.has(look)) return true;
        const found = evaluate.call(this, element, ...more);
        if (found === true) right.add(look);
        return found;
    };
}"""


def violations(page, without=(), within="html", rules=TAGS, each_word=False):
    """Return (rule, element, what to do) for each, in what the selector `within` finds.

    each_word: compute the contrast of words that look as others do, too.
    """
    page.evaluate(AXE)
    if not each_word:
        page.evaluate(ONCE_PER_LOOK)
    context = {"include": [[within]], "exclude": [[selector] for selector in without]}
    options = {"runOnly": rules, "preload": False, "resultTypes": ["violations"]}
    found = page.evaluate("([where, how]) => axe.run(where, how)", [context, options])
    assert found["passes"]  # it did look
    return [
        (rule["id"], node["html"][:150], node["failureSummary"].split("\n")[1].strip())
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
