"""A multiple-choice question inside a lesson: an answer at once, a reason for every option.

It uses the core widgets alone, so it needs no network; what the learner chooses is kept nowhere.
By keyboard: Tab goes from option to option, Space chooses. (JupyterLab keeps the arrow keys.)
"""

import html
import re

import ipywidgets as widgets

from nncourse.learner.badge import badge

# ipywidgets gives every option one line of 20 pixels: a long option would cover the next one
STYLE = """<style>
.nnlib-quiz .widget-radio-box label {
  display: flex; flex-direction: row-reverse; justify-content: flex-end; align-items: flex-start;
  gap: 0.5em; height: auto; padding: 0.15em 0; line-height: 1.4; white-space: normal;
}
.nnlib-quiz .widget-radio-box input[type=radio] {
  flex-shrink: 0; float: none; margin: 0.1em 0 0; position: static;
}
.nnlib-quiz .widget-html-content { height: auto; line-height: 1.4; white-space: normal; }
</style>"""


def quiz(name, question, options, answer):
    """A question to show at the end of a cell; options is {option: reason} in the order shown.

    name is like "05.q1"; answer is the one right option. Question and reasons may hold `code` and
    $formulas$, an option is plain text. Raises ValueError for a name of another form, for an answer
    that is no option, and for an option without a reason.
    """
    if not isinstance(name, str) or not re.fullmatch(r"\d\d\.q\d+", name):
        raise ValueError(f'quiz expected a name like "05.q1", got {name!r}.')
    if not isinstance(options, dict) or len(options) < 2:
        raise ValueError(f"quiz {name} expected a dict of two options or more, got {options!r}.")
    if answer not in list(options):
        raise ValueError(
            f"quiz {name} expected answer to be one of its options {list(options)}, got {answer!r}."
        )
    silent = [option for option, reason in options.items() if not str(reason or "").strip()]
    if silent:
        raise ValueError(f"quiz {name} expected a reason for every option; {silent} have none.")
    return Quiz(name, question, options, answer)


class Quiz:
    """What quiz() returns: .choose(option) answers as a click does, .feedback is the reply."""

    def __init__(self, name, question, options, answer):
        self.name, self.question, self.options, self.answer = name, question, options, answer
        self.choices = widgets.RadioButtons(
            options=list(options), value=None, layout=widgets.Layout(width="auto")
        )
        self.reply = widgets.HTMLMath()
        self.choices.observe(self._answer, names="value")
        self.box = widgets.VBox(
            [widgets.HTMLMath(STYLE + f"<b>{to_html(question)}</b>"), self.choices, self.reply]
        )
        self.box.add_class("nnlib-quiz")

    def choose(self, option):
        self.choices.value = option

    @property
    def feedback(self):
        """The reply as it stands below the options, as HTML; empty before the first choice."""
        return self.reply.value

    def _answer(self, change):
        option = change["new"]
        if option is None:
            self.reply.value = ""
            return
        right = option == self.answer
        verdict = badge("right", "Right.") if right else badge("wrong", "Not this one.")
        self.reply.value = f'<div role="status">{verdict} {to_html(self.options[option])}</div>'

    def __repr__(self):
        return "\n".join([self.question, *(f"( ) {option}" for option in self.options)])

    def _repr_mimebundle_(self, **kwargs):
        """The live widget, and without a kernel the question to read, not its answer."""
        options = "\n".join(f"- ○ {escape_markdown(str(option))}" for option in self.options)
        return {
            **self.box._repr_mimebundle_(**kwargs),
            "text/markdown": f"**{self.question}**\n\n{options}",
            "text/plain": repr(self),
        }


def to_html(text):
    """Text with `code` and **bold** as HTML; formulas between dollars are left for MathJax."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
    return re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", text)


def escape_markdown(text):
    """Plain text that stays as it is when read as Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>$#|~])", r"\\\1", text)
