"""Grades folders of submissions: python -m nncourse grade FOLDER, or grade(folder) from Python.

submissions.py  finds the notebooks in a folder, and says which cannot be graded and why
sandbox.py      runs worker.py shut in by bubblewrap, and stops it when it takes too much
worker.py       runs a submission's cells, calls its answers, sends back plain values
protocol.py     plain values as bytes, both ways
marking.py      judges those values, and so marks one submission
folder.py       grade(): all submissions of a folder, on any executor
book.py         points by learner and lesson, overrides by hand, what a regrade changed
report.py       CSV, HTML pages, Gradescope's and nbgrader's files
"""
