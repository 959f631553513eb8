"""python -m nncourse ready 05: a learner's own look, before handing in, by the grader itself.

The notebook runs from top to bottom in a fresh Python, as it will when it is graded: what worked
only because of a cell that is gone, or of the order in which cells were run, is seen here.
"""

import argparse
import sys
from pathlib import Path

from nncourse import exercises
from nncourse.grading import pages
from nncourse.grading.folder import course_settings
from nncourse.grading.given_out import ROOT
from nncourse.grading.marking import GRADED, grade_submission
from nncourse.grading.sandbox import NoSandbox, find_way
from nncourse.grading.submissions import Submission, read

DESCRIPTION = (
    "Is your notebook ready to be handed in? It runs from top to bottom in a fresh Python, by the "
    "grader itself. Nothing is changed, and nothing that is said here counts as a mark."
)


def notebook_of(lesson, root=ROOT):
    """The learner's own notebook of a lesson: in my/exercises, else in exercises."""
    number = lesson and lesson.zfill(2)
    if number not in exercises.lessons():
        raise ValueError(
            f"There are no exercises {lesson!r}; there are {', '.join(exercises.lessons())}."
        )
    for folder in (root / "my" / "exercises", root / "exercises"):
        for path in sorted(folder.glob(f"{number}_*.ipynb")):
            return path
    raise ValueError(f"There is no notebook {number}_... in my/exercises/: python -m nncourse my")


def ready(path, settings=None):
    """(sentences, whether all is right) about a notebook, by the grader, in a fresh state."""
    settings = settings or own_settings()
    path = Path(path)
    given = read(Submission("you", path.name), path.parent)
    outcome = grade_submission(given, settings)
    if outcome["status"] != GRADED:
        return [f"{path.name} could not be graded. {outcome['reason']}"], False
    said = [f"{path.name}, run from top to bottom in a fresh Python:"]
    for mark in outcome["marks"]:
        sign = pages.says(mark["verdict"])[0]
        told = pages.feedback(mark | {"final": mark["points"], "override": ""})
        head = f"{sign} {mark['id']} {mark['title']}: {mark['points']:g} of {mark['of']:g}."
        said.append(" ".join([head, *(told if mark["verdict"] != "right" else told[1:])]))
    said += outcome.get("remarks", [])
    right = all(mark["verdict"] == "right" for mark in outcome["marks"])
    points = sum(mark["points"] for mark in outcome["marks"])
    of = sum(mark["of"] for mark in outcome["marks"])
    end = "All is right" if right else "It can be handed in as it is, or be worked on"
    said.append(f"{points:g} of {of:g} points. {end}. The file to hand in: {path}")
    return said, right


def own_settings():
    """As for a class; without a sandbox where there is none, for it is the learner's own code."""
    try:
        find_way(False)
    except NoSandbox:
        return course_settings(trusted=True)
    return course_settings()


def main(arguments=None):
    """The command line; the exit code is 0 when all is right, 1 when not, 2 when it cannot run."""
    parser = argparse.ArgumentParser(prog="python -m nncourse ready", description=DESCRIPTION)
    parser.add_argument("lesson", metavar="NN", help="like 05, or the path of a notebook")
    lesson = parser.parse_args(arguments).lesson
    try:
        path = Path(lesson) if lesson.endswith(".ipynb") else notebook_of(lesson)
        said, right = ready(path)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    for sentence in said:
        print(sentence.replace("`", ""))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
