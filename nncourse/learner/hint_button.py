"""A button under a report of check() that shows the next hint: no cell has to be made for it."""

import ipywidgets as widgets

from nncourse.learner.quiz import to_html

LAST = 4  # after three hints comes where the answer is


class HintButton:
    """.box is the widget. next_hint() returns the next hint; seen: how many were shown before."""

    def __init__(self, next_hint, seen=0):
        self.next_hint, self.seen = next_hint, min(seen, LAST - 1)
        self.button = widgets.Button(layout=widgets.Layout(width="auto"), icon="lightbulb-o")
        self.button.on_click(self.press)
        self.shown = widgets.HTMLMath()
        self.box = widgets.VBox(
            [self.button, self.shown], layout=widgets.Layout(align_items="flex-start")
        )
        self.name()

    def name(self):
        number = self.seen + 1
        self.button.description = (
            f"Hint {number} of {LAST - 1}" if number < LAST else "Where is the answer?"
        )

    def press(self, _=None):
        text = to_html(self.next_hint().markdown)
        self.shown.value += f'<div role="status" style="margin:.3em 0">{text}</div>'
        self.seen += 1
        self.button.disabled = self.seen >= LAST
        self.name()
