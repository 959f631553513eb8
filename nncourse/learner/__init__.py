"""What a learner meets: check, hint, quiz, progress, doctor. In a kernel figures are sharp."""

import contextlib
import sys

ipython = sys.modules.get("IPython")
shell = ipython.get_ipython() if ipython else None
if hasattr(shell, "kernel"):
    with contextlib.suppress(ImportError):  # the doctor will say which package is missing
        from nncourse.learner import figures

        figures.set_up(shell)
