"""A mark of tests; apart from helpers.py, which processes import that need no pytest."""

import shutil

import pytest

needs_bubblewrap = pytest.mark.skipif(not shutil.which("bwrap"), reason="bwrap is not installed")
