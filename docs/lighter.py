"""The built pages, made lighter: what a theme brings and a page does not need is taken out.

The theme's icons are 1.5 MB of JavaScript for eighteen drawings: a small style sheet holds these.
The search loads where one searches. Pictures wait until they are near, and say how large they are.
"""

import re
from html import escape
from pathlib import Path
from urllib.parse import quote

from PIL import Image

from nnlib.widgets.base.javascript import HERE, IMPORT

HERO, FIRST_SHOW = 'class="live hero"', "pad.js"  # of the first page, what one sees first
ICON = re.compile(r'class="[^"]*\bfa-(?:solid |regular )?[^"]*"')
NAMES = re.compile(r"\bfa-([a-z-]+)")
NO_ICON = {"solid", "regular", "lg", "fw"}  # these say how, and not which
SEARCH = re.compile(
    r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"[^>]*></script>'
)
ICONS = re.compile(r"<script[^>]*fontawesome\.js[^>]*></script>|<link[^>]*fontawesome\.js[^>]*>")
AUTHOR = re.compile(r'<p class="component-author">.*?</p>', re.DOTALL)
PICTURE = re.compile(r'<img (?![^>]*loading=)([^>]*?src="([^"]+)"[^>]*>)')
PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
STYLE = """.fa-solid, .fas, .fa-regular, .far {{
  background: currentColor; display: inline-block; height: 1em; width: 1em;
  vertical-align: -0.125em;
}}
.fa-lg {{ font-size: 1.25em; }}
{rules}"""


def lighten(folder):
    """Rewrite every page of a built site."""
    folder = Path(folder)
    used = set()
    for path in pages(folder):
        text = path.read_text(encoding="utf-8")
        used |= {name for found in ICON.findall(text) for name in NAMES.findall(found)} - NO_ICON
        text = ICONS.sub("", AUTHOR.sub("", text))
        if path.name != "search.html":
            text = SEARCH.sub("", text)
        text = PICTURE.sub(lambda found, path=path: sized(found, path), text)
        up = "../" * (len(path.relative_to(folder).parts) - 1)
        text = text.replace("</head>", f"{head(text, up)}\n</head>", 1)
        path.write_text(text, encoding="utf-8")
    static = folder / "_static"
    program = (static / "scripts" / "fontawesome.js").read_text(encoding="utf-8")
    rules = "\n".join(filter(None, (rule(name, program) for name in sorted(used))))
    (static / "icons.css").write_text(STYLE.format(rules=rules), encoding="utf-8")
    for file in (static / "scripts").glob("fontawesome.js*"):
        file.unlink()
    fewer_rules(folder, static)


WORD = re.compile(r"[A-Za-z_][\w-]*")
CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
RULES = re.compile(r"([^{}]+)\{((?:[^{}]|\{[^{}]*\})*)\}")  # a rule, or a block of rules
BRACKETS = re.compile(r"\([^()]*\)")  # of :not(...) and the like; one pair may hold another
SELECTOR = re.compile(r"(?:[^,(]|\((?:[^()]|\([^()]*\))*\))+")
# what the theme's programs add to a page; bootstrap.js names many more that no page has
ADDED = {"tooltip", "tooltip-arrow", "tooltip-inner", "bs-tooltip-auto", "fade", "show", "collapse"}


def used_rules(css, words):
    """A style sheet without the rules whose classes no page and no program names."""

    def kept(rule):
        selectors, body = rule[1], rule[2]
        if selectors.lstrip().startswith("@font-face"):
            return "" if "Font Awesome" in body else rule[0]
        if selectors.lstrip().startswith("@"):
            block = selectors.lstrip().startswith(("@media", "@supports"))
            return f"{selectors}{{{used_rules(body, words)}}}" if block else rule[0]
        few = [one for one in SELECTOR.findall(selectors) if wanted(one, words)]
        return f"{','.join(few)}{{{body}}}" if few else ""

    return RULES.sub(kept, COMMENT.sub("", css))


def wanted(selector, words):
    """Whether something may have all classes of a selector; what :not() and :is() hold is not
    looked at.
    """
    while BRACKETS.search(selector):
        selector = BRACKETS.sub("", selector)
    return set(CLASS.findall(selector)) <= words


def fewer_rules(folder, static):
    """Take out of the style sheets that are not our own what nothing uses: more than half."""
    texts = [path.read_text(encoding="utf-8") for path in pages(folder)]
    programs = [path for path in static.rglob("*.js") if path.name != "bootstrap.js"]
    texts += [path.read_text(encoding="utf-8") for path in programs]
    words = ADDED | {word for text in texts for word in WORD.findall(text)}
    theirs = [static / "basic.css", *static.glob("mystnb*.css"), *static.glob("styles/*-theme.css")]
    for path in theirs:
        path.write_text(used_rules(path.read_text(encoding="utf-8"), words), encoding="utf-8")


def pages(folder):
    for path in folder.rglob("*.html"):
        if path.relative_to(folder).parts[0] not in ("_static", "live"):
            yield path


def sized(found, path):
    """An img tag that is loaded late and has its width and height."""
    rest, source = found[1], found[2]
    size = ""
    file = (path.parent / source).resolve()
    if file.suffix in (".png", ".svg") and file.is_file() and 'height="' not in rest:
        width, height = size_of(file)
        size = f'width="{width:.0f}" height="{height:.0f}" '
    return f'<img loading="lazy" {size}{rest}'


def size_of(file):
    """Width and height of a picture in pixels; an SVG of Matplotlib says them in points."""
    if file.suffix == ".svg":
        tag = re.search(r"<svg[^>]*>", file.read_text(encoding="utf-8"))[0]
        found = [re.search(rf'\b{side}="([\d.]+)(pt)?', tag) for side in ("width", "height")]
        return [float(one[1]) * (4 / 3 if one[2] else 1) for one in found]
    with Image.open(file) as picture:
        return picture.size


def head(text, up):
    """What the head of a page says about it, and the style of the icons."""
    paragraphs = (re.sub(r"<[^>]+>|\s+", " ", one) for one in PARAGRAPH.findall(text))
    words = (" ".join(one.split()) for one in paragraphs)
    said = next((one for one in words if len(one) > 60 and "on your computer" not in one), "")
    if len(said) > 200:
        said = said[:200].rsplit(" ", 1)[0] + " …"
    title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    first = files_of(FIRST_SHOW) if HERO in text else []
    return "\n".join(
        [
            *(f'<link rel="modulepreload" href="{up}_static/explorers/{one}">' for one in first),
            f'<link rel="stylesheet" href="{up}_static/icons.css">',
            f'<meta name="description" content="{escape(said)}">',
            f'<meta property="og:title" content="{title[1].strip() if title else ""}">',
            f'<meta property="og:description" content="{escape(said)}">',
            f'<meta property="og:image" content="{up}_static/explorers.png">',
        ]
    )


def files_of(name):
    """A module of the explorers and all that it imports, so that they come at once."""
    known, left = [], [HERE / name]
    while left:
        file = left.pop().resolve()
        if file not in known:
            known.append(file)
            text = file.read_text(encoding="utf-8")
            left += [file.parent / (way + rest) for way, rest in IMPORT.findall(text)]
    return [file.relative_to(HERE).as_posix() for file in known]


def rule(name, program):
    """One icon as a rule of CSS, with the drawing that the theme has of it."""
    drawing = re.search(
        rf'[{{,]"?{re.escape(name)}"?:\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+","([^"]+)"\]', program
    ) or re.search(
        rf'\[(\d+),(\d+),\[[^\]]*"{re.escape(name)}"[^\]]*\],"[0-9a-f]+","([^"]+)"\]', program
    )
    if drawing is None:
        return ""
    width, height, path = drawing.groups()
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
    svg = f'<svg {box}><path d="{path}"/></svg>'
    mask = f'url("data:image/svg+xml,{quote(svg)}") center / contain no-repeat'
    return f".fa-{name} {{ mask: {mask}; }}"
