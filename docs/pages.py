"""A stored notebook on its way to a page of the website: nothing is run, nothing is lost.

Pictures get their alternative text, quizzes answer in the page, and what is written in JavaScript
and needs no kernel runs there. Everything else stays as it is stored.
"""

import ast
import json
import re
from html import escape
from urllib.parse import quote

from nncourse.learner.my import answers
from nnlib import widgets

WIDGET = "application/vnd.jupyter.widget-view+json"
SHOWS = {  # what runs without a kernel: its file .js, and how it is called there
    "digit_pad": ("pad", {}),
    "explore_activations": ("activations", {}),
    "explore_attention": ("attention", {}),
    "explore_bumps": ("bumps", {}),
    "explore_neuron": ("line", {"mode": "neuron"}),
    "explore_backpropagation": ("network", {"mode": "backward"}),
    "explore_codes": ("codes", {}),
    "explore_convolution": ("convolution", {}),
    "explore_digits": ("explore_digits", {}),
    "explore_gradient_descent": ("ball", {"mode": "descent"}),
    "explore_loss_surface": ("ball", {"mode": "surface"}),
    "explore_losses": ("losses", {}),
    "explore_forward_pass": ("network", {"mode": "forward"}),
    "explore_gradient_flow": ("gradient_flow", {}),
    "explore_perceptron": ("line", {"mode": "perceptron"}),
    "explore_softmax": ("softmax", {}),
    "explore_optimizers": ("optimizer_race", {}),
    "explore_training": ("training", {}),
    "explore_values": ("values", {}),
    "fit_by_hand": ("fit_by_hand", {}),
}
# what they are given goes into the page
WITH_DATA = {"explore_convolution", "explore_softmax", "fit_by_hand"}
# whose brackets hold settings, and the names of those that may stand there without one
SETTINGS = {"explore_optimizers": ["surface"], "explore_training": ["model", "data"]}
# a network of the learner's own, which no page has, and what the page says of the one in its place
NETWORK = "In this page the ready-made network reads. In JupyterLab it is the one of this cell."
CODES = (
    "In this page 64 principal components pack and unpack the images. In JupyterLab it is what you "
    "give; the picture below has the mixture of this lesson's networks."
)
STAND_IN = {"digit_pad": NETWORK, "explore_digits": NETWORK, "explore_codes": CODES}
HOW_TO_RUN = "A page to read. Run and change it [on your computer](../docs/index.md#run-it)"


def for_the_web(text, path="", repository="", in_a_tab=False):
    """The text of a notebook (JSON) with cells and outputs as its page shows them.

    path is the notebook's in the repository; repository is "owner/name", or "" when none is known;
    in_a_tab: whether make lite has put the course for a browser tab beside the pages.
    """
    notebook = json.loads(text)
    cells = notebook["cells"]
    for cell in answers(cells):
        fold(cell)
    for cell in cells:
        if cell["metadata"].get("jupyter", {}).get("source_hidden"):  # as it is in JupyterLab
            cell["metadata"].setdefault("tags", []).append("remove-input")
    for place, cell in enumerate(cells):
        if cell["cell_type"] != "code":
            continue
        page = quiz_page(joined(cell["source"]))
        if page:
            cells[place] = markdown(page, cell.get("id", f"quiz-{place}"))
            continue
        following = cells[place + 1] if place + 1 < len(cells) else {}
        show = live(joined(cell["source"]))
        if show and not cell["outputs"]:  # of an exercise, which is stored without outputs
            data = {"text/html": show}
            cell["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
        for output in list(cell["outputs"]):
            kept = {**output, "data": dict(output.get("data", {}))}
            dress(output, cell, following)
            if show and escape(CODES) in show and kept["data"].pop(WIDGET, None) is not None:
                dress(kept, {"source": "", "metadata": cell["metadata"]}, following)
                cell["outputs"].append(kept)  # the picture that the text below describes
    folder, _, name = path.rpartition("/")
    if folder == "solutions":  # else it has the title of its exercises
        cells[0]["source"] = joined(cells[0]["source"]).replace("# Exercises", "# Answers", 1)
    if folder == "lessons":
        links = HOW_TO_RUN + launch_links(name, repository)
        cells.insert(1, markdown(tab_link(path) + links if in_a_tab else links, "how-to-run"))
    elif folder == "exercises" and in_a_tab:
        cells.insert(1, markdown(tab_link(path).rstrip(), "how-to-run"))
    return json.dumps(notebook)


def fold(cell):
    """Hide what a prediction asks for behind a line to press; an explorer gives nothing away."""
    if not any(WIDGET in output.get("data", {}) for output in cell["outputs"]):
        cell["metadata"].setdefault("tags", []).append("hide-output")
        cell["metadata"].setdefault("mystnb", {}).update(
            code_prompt_show="Show what happens", code_prompt_hide="Hide what happens"
        )


def dress(output, cell, following):
    """Give a picture its alternative text; let what runs without a kernel run."""
    data, metadata = output.get("data", {}), cell["metadata"]
    show = live(joined(cell["source"]))
    if show and WIDGET in data:
        output["data"] = {"text/html": show}
    elif "image/png" in data:
        alt = joined(data.get("text/plain", ""))
        if WIDGET in data:
            metadata.setdefault("tags", []).append("explorer")
        else:  # a figure of Matplotlib; its text is "<Figure size ...>"
            alt = words_after(following) or "A figure; the text around it says what it shows."
        # of the cell: MyST has none for an output
        image = metadata.setdefault("mystnb", {}).setdefault("image", {})
        image["alt"] = " ".join(alt.split())
        width = output.get("metadata", {}).get("image/png", {}).get("width")
        if width and "image/svg+xml" not in data:  # it has twice as many pixels
            image["width"] = f"{width}px"


def live(source):
    """The element in which a page shows what a cell ends in, NAME() or NAME().set(...), by itself.

    None for other cells, and for an explorer with something of the learner's own in its brackets,
    unless another can stand in for it.
    """
    try:
        *before, last = ast.parse(source).body
        call, settings = last.value, {}
        if isinstance(call, ast.Name):  # x = NAME() above, x below
            (call,) = [one.value for one in before if called(one) == call.id]
        if getattr(call.func, "attr", "") == "set":
            settings = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
            call = call.func.value
        name = call.func.id
        file, options = SHOWS[name]
        options = options | {"settings": settings} | given(name, call, before, settings)
    except (AttributeError, IndexError, KeyError, SyntaxError, ValueError):
        return None
    options = escape(json.dumps(options))
    return f'<div class="live" data-show="{file}" data-options="{options}"></div>'


def given(name, call, before, settings):
    """What the brackets of a call add to the options of its page; ValueError when it has no place.

    before: the statements above it, in which a variable may get its value.
    """
    values = {called(one): one.value for one in before if called(one)}

    def plain(node):
        return ast.literal_eval(values.get(getattr(node, "id", None), node))

    try:
        arguments = [plain(value) for value in call.args]
        named = {}
        for word in call.keywords:  # also **VARIABLE
            named |= {word.arg: plain(word.value)} if word.arg else plain(word.value)
    except ValueError:
        if name in STAND_IN:
            return {"note": STAND_IN[name]}
        raise
    if name in WITH_DATA and (arguments or named or settings):
        return getattr(widgets, name)(*arguments, **named).set(**settings).for_page()
    if name in SETTINGS:
        named |= dict(zip(SETTINGS[name], arguments, strict=False))
        return {"settings": named | settings}
    return {}


def called(statement):
    """The name that a statement assigns to, None for another statement."""
    return getattr(getattr(statement, "targets", [None])[0], "id", None)


def words_after(cell):
    """What the text below a picture says about it: its words in italics, else its first paragraph.

    It is "" when what follows is no text.
    """
    paragraph = joined(cell.get("source", "")).strip().split("\n\n")[0]
    if cell.get("cell_type") != "markdown" or paragraph.startswith("#"):
        return ""
    italics = re.match(r"\*(?!\*)(.+?)(?<![*\s])\*(?!\*)", paragraph, re.DOTALL)
    words = italics[1] if italics else paragraph
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words)
    return re.sub(r"[*`$\\]", "", words)


def markdown(source, id):
    return {"cell_type": "markdown", "id": id, "metadata": {}, "source": source}


# ------------------------------------------------------------------------------------- quizzes
def quiz_page(source):
    """The HTML of a cell that ends in quiz(name, question, options, answer=...); None for others.

    The right option and the reasons are in the page: as in the notebook, they are no secret.
    """
    try:
        last = ast.parse(source).body[-1]
        if getattr(last.value.func, "id", "") != "quiz":
            return None
        given = [ast.literal_eval(value) for value in last.value.args]
        named = {word.arg: ast.literal_eval(word.value) for word in last.value.keywords}
    except (AttributeError, IndexError, SyntaxError, ValueError):
        return None
    given = dict(zip(("name", "question", "options", "answer"), given, strict=False)) | named
    options = [
        f'<label><input type="radio" name="{escape(given["name"])}"> <span>{escape(option)}</span>'
        f"</label>\n<template>{reply(option == given['answer'], reason)}</template>"
        for option, reason in given["options"].items()
    ]
    return "\n".join(
        [
            '<fieldset class="quiz tex2jax_process">',
            f"<legend>{to_html(given['question'])}</legend>",
            *options,
            '<div class="reply" role="status"></div>',
            "</fieldset>",
        ]
    )


def reply(right, reason):
    verdict = "✓ Right." if right else "✗ Not this one."
    return f"<p><b>{verdict}</b> {to_html(reason)}</p>"


def to_html(text):
    """Text with `code` and $formulas$, on one line, so that Markdown leaves it alone."""
    text = re.sub(r"\$([^$]+)\$", r"\\(\1\\)", escape(" ".join(text.split()), quote=False))
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


# ------------------------------------------------------------------------------------ elsewhere
def tab_link(path):
    """A link that opens a notebook in the reader's browser, where Python then runs."""
    address = f"../live/lab/index.html?path={quote(path)}"
    return f'<a class="start-button" href="{address}">Open it live in this browser</a>\n\n'


def launch_links(name, repository):
    """Links that open a lesson on Binder, and its copy for Colab; "" without a repository."""
    if not repository:
        return ""
    binder = f"https://mybinder.org/v2/gh/{repository}/HEAD?urlpath=lab/tree/lessons/{quote(name)}"
    colab = f"https://colab.research.google.com/github/{repository}/blob/gh-pages/colab/{name}"
    return f", on [Binder]({binder}) or on [Colab]({colab})"


def for_colab(text, repository):
    """The text of a notebook with a first cell that installs nnlib and turns widgets on."""
    notebook = json.loads(text)
    install = (
        f'%pip install -q "neural-networks-from-one-neuron @ git+https://github.com/{repository}"\n'
        "from google.colab import output\n\noutput.enable_custom_widget_manager()"
    )
    cell = {"cell_type": "code", "id": "colab", "metadata": {}, "source": install}
    notebook["cells"].insert(1, cell | {"execution_count": None, "outputs": []})
    return json.dumps(notebook, indent=1) + "\n"


def joined(source):
    """The text of a source or an output, which notebooks store as a text or as lines."""
    return source if isinstance(source, str) else "".join(source)
