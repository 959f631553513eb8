"""What a learner meets: check, hint, quiz, progress, doctor. In a kernel figures are sharp."""

from nncourse.learner import figures

if figures.in_a_notebook():
    figures.set_up(figures.in_a_notebook())
