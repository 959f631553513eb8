"""Phrases that make native readers stumble, as far as a pattern can find them."""

import re
from pathlib import Path

import pytest

from nncourse.authoring.lesson import CODE_IN_PROSE, Lesson

ROOT = Path(__file__).parents[1]
STUMBLES = {
    "say: fix": r"\bmend(?:ed|ing|s)?\b",
    "say: if you, or: anyone who": r"\bWhoever\b",
    "say: forever, or: always": r"\bfor ever\b",
    "say: with respect to": r"\b(?:slope|gradient|derivative)s? by (?:z|p|w|a|b|the logits?)\b",
    "say: per example": r"\b(?:row|label|product|factor|number|neuron)s? an? "
    r"(?:example|row|layer|digit|image|neuron|class|question)\b",
    "say: initial weights": r"\bfirst weights\b",
    "say: restarted, or: again": r"\banew\b",
    "say: towards the loss, towards the input": r"\bfurther (?:in front|behind)\b",
    "say: works, or: is enough": r"\b(?:line|bias|weight|weights|neuron) (?:does|do) it\b(?! \w)",
    "say: does not have": r"\bhas not the\b|\bit has not\b",
}
READ = [
    *(path for name in ("lessons", "solutions") for path in ROOT.glob(f"{name}/0[0-9]_*.ipynb")),
    *(path for name in ("lessons", "solutions") for path in ROOT.glob(f"{name}/1[0-9]_*.ipynb")),
    *(path for kind in ("py", "js") for path in ROOT.glob(f"nn*/**/*.{kind}")),
    *ROOT.glob("bench/**/*.py"),
    *ROOT.glob("docs/*.md"),
    *ROOT.glob("*.md"),
]


def prose(path):
    """What a person reads: Markdown and strings of a notebook's cells, or a whole other file."""
    if path.suffix != ".ipynb":
        return re.sub(r"\s+", " ", path.read_text(encoding="utf-8"))
    cells = Lesson(path).notebook.cells
    return "\n".join(CODE_IN_PROSE.sub("", cell.source) for cell in cells)


@pytest.mark.parametrize("path", sorted(READ), ids=lambda path: "/".join(path.parts[-2:]))
def test_no_phrase_makes_a_native_reader_stumble(path):
    text = prose(path)
    found = [
        f"{text[max(0, hit.start() - 30) : hit.end() + 20]!r}: {better}"
        for better, pattern in STUMBLES.items()
        for hit in re.finditer(pattern, text)
    ]
    assert found == []
