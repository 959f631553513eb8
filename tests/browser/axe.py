"""What axe-core finds serious or critical by WCAG A and AA."""

from pathlib import Path

import axe_playwright_python

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules that see another theme


def violations(page, without=(), within="html", rules=TAGS):
    """Return (rule, element, what to do) for each, in what the selector `within` finds."""
    page.evaluate(AXE)
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
