"""The course as a website, by make site: the notebooks as they are stored; nothing is run."""

import importlib.util
import os
import shutil
from pathlib import Path

import nnlib
from docs.lighter import lighten
from docs.live import write_explorers
from docs.pages import for_colab, for_the_web, tab_link

ROOT = Path(__file__).resolve().parents[1]
# of django-static-mathjax, which needs no Django: MathJax 3, its program and its fonts
MATHJAX = Path(importlib.util.find_spec("mathjax").origin).parent / "static" / "mathjax" / "es5"
REPOSITORY = os.environ.get("REPOSITORY", "")  # owner/name on GitHub, for links to Binder and Colab

project = "Neural networks, from one neuron to a reader of handwritten digits"
html_title = "Neural networks"
release = nnlib.__version__
root_doc = "docs/index"
FIRST_LESSON = "lessons/00_start_here.ipynb"
include_patterns = ["docs/*.md", "lessons/*.ipynb", "exercises/*.ipynb", "solutions/*.ipynb"]
exclude_patterns = ["**/.ipynb_checkpoints"]

extensions = ["myst_nb", "sphinx.ext.githubpages"]
nb_execution_mode = "off"
nb_mime_priority_overrides = [  # a page has no kernel: an explorer shows its still picture
    ("html", "application/vnd.jupyter.widget-view+json", None),
    ("html", "application/vnd.jupyter.widget-state+json", None),
]
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
myst_update_mathjax = False  # mathjax3_config says it
suppress_warnings = ["myst.header"]

html_theme = "sphinx_book_theme"
html_static_path = ["static"]
html_css_files = ["explorers.css", "course.css"]
html_js_files = [("course.js", {"type": "module"})]
html_favicon = "static/favicon.svg"
author = "the nnlib authors"
html_show_copyright = False
html_sourcelink_suffix = ""  # the button to download gives the notebook itself
html_context = {"default_mode": "auto"}
html_theme_options = {"show_navbar_depth": 1, "navbar_persistent": []}
if REPOSITORY:
    html_theme_options |= {
        "repository_url": f"https://github.com/{REPOSITORY}",
        "use_repository_button": True,
    }
html_extra_path = ["redirect"]
mathjax_path = "mathjax/startup.js"
mathjax3_config = {
    # the parts that are used; all of them at once, as tex-chtml.js, are 0.4 MB more
    "loader": {"load": ["input/tex-base", "[tex]/ams", "output/chtml"]},
    "tex": {"packages": ["base", "ams"]},
    "options": {
        "ignoreHtmlClass": "bd-container",  # no formula is looked for, but in:
        "processHtmlClass": "math|tex2jax_process",
    },
}


def setup(app):
    app.connect("source-read", dress)
    app.connect("build-finished", add_explorers)
    app.connect("build-finished", add_mathjax)
    app.connect("build-finished", make_lighter)
    app.connect("build-finished", add_colab)


def dress(app, name, source):
    path = Path(app.env.doc2path(name))
    in_a_tab = Path(app.outdir, "live", "lab").is_dir()  # make lite was run before
    if path.suffix == ".ipynb":
        name = path.relative_to(ROOT).as_posix()
        source[0] = for_the_web(source[0], name, REPOSITORY, in_a_tab)
    elif name == root_doc and in_a_tab:
        start = '<p class="start">'
        source[0] = source[0].replace(start, f"{start}{tab_link(FIRST_LESSON).strip()}\n", 1)


def add_explorers(app, exception):
    if exception is None:
        write_explorers(Path(app.outdir, "_static"))


def make_lighter(app, exception):
    """No icons of which none is shown, no search where nobody searches, pictures when they come."""
    if exception is None:
        lighten(app.outdir)


def add_mathjax(app, exception):
    """Formulas without a network: the page would load MathJax from one otherwise."""
    if exception is None:
        target = Path(app.outdir, "_static", "mathjax")
        fonts = "output/chtml/fonts"
        shutil.copytree(MATHJAX / fonts, target / fonts, dirs_exist_ok=True)
        parts = ("startup", "core", "input/tex-base", "input/tex/extensions/ams", "output/chtml")
        for name in parts:
            file = target / f"{name}.js"
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(MATHJAX / f"{name}.js", file)


def add_colab(app, exception):
    """Copies of the lessons that Colab can open, when the site is published as gh-pages."""
    if exception is None and REPOSITORY:
        folder = Path(app.outdir, "colab")
        folder.mkdir(exist_ok=True)
        for path in ROOT.glob("lessons/[0-9]*.ipynb"):
            text = for_colab(path.read_text(encoding="utf-8"), REPOSITORY)
            (folder / path.name).write_text(text, encoding="utf-8")
