"""Grades folders of submissions: python -m nncourse grade FOLDER, or grade(folder) from Python.

tree.py         everything that lies in a folder; archives.py looks into zips, names.py at names
layouts.py      whose a notebook is, and what is nobody's, with systems.py (what platforms write),
                given_out.py (what is ours) and roster.py (who is in the class)
submissions.py  one file: its bytes, its cells, its lesson, and why it cannot be graded
sandbox.py      runs worker.py shut in by bubblewrap, and stops it when it takes too much
seccomp.py      the system calls that a worker may make
memory.py       what a worker and all its children hold, of every kind
container.py    the second way to shut it in: Docker or Podman
worker.py       runs a submission's cells, calls its answers, sends back plain values
protocol.py     plain values as bytes, both ways
marking.py      judges those values, and so marks one submission
judge.py        compares what came back, in a process with limits of its own
folder.py       grade(): all submissions of a folder, on any executor; cluster.py: dask's
journal.py      outcomes as they come, so that no end of a run loses them
book.py         points by learner and lesson, with tables.py, deadlines.py and rubric.py
report.py       files from a book: pages.py, gradebook.py, statistics.py, similarity.py
ready.py        a learner's own look before handing in
"""
