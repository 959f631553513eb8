"""One file of JavaScript from many: the kit and an explorer, joined as a page would load them.

A page imports the small files as they are. anywidget takes one text, so an import between them is
followed here, and every file stands once, before what needs it.
"""

import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parents[1]  # nnlib/widgets
KIT = Path(__file__).parent / "kit"
IMPORT = re.compile(r'^import \{[^}]*\} from "(\./|\.\./)([^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(async )?(function|const|let|class) )", re.MULTILINE)


@cache
def joined(path):
    """Return the text of a module and of all that it imports: one module, its default export.

    Names are shared by all files that are joined, so none may be declared twice.
    """
    entry, seen = Path(path).resolve(), []

    def follow(file):
        text = file.read_text(encoding="utf-8")
        for match in IMPORT.finditer(text):
            other = (file.parent / (match[1] + match[2])).resolve()
            if other not in seen:
                follow(other)
        seen.append(file)

    follow(entry)
    parts = [IMPORT.sub("", file.read_text(encoding="utf-8")) for file in seen]
    return "\n".join(EXPORT.sub("", part) for part in parts)


def style(*names):
    """The style sheets of the kit and of these explorers, as one."""
    files = [KIT / "kit.css", *(HERE / f"{name}.css" for name in names)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
