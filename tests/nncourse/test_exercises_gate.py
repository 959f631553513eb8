"""The gate: what every exercise has to show before a learner may trust its check.

Right answers get all points, the stub none, each known mistake is named by its own name, and every
small change to the reference is noticed. The notebooks say what the specifications say.
"""

import copy

import numpy as np
import pytest

from nncourse import exercises
from nncourse.authoring import release
from nncourse.authoring.lesson import read
from nncourse.authoring.structure import (
    Lesson,
    errors,
    executed,
    links,
    long_cells,
    network,
    standard_error,
)
from nncourse.judging import timelimit
from nncourse.judging.exercise import Failure, complaints_about_arguments, verdict
from nncourse.learner.check import Report, Run
from tests.nncourse.mutants import mutants, unchanged
from tests.nncourse.remembered import Remembered

MUTANTS_SECONDS = 0.5  # on a normal computer; for one that never ends, and not in a loop
TRAINS = 15  # seconds of an exercise from which on every answer trains a network, from a seed
EXERCISES = exercises.all_exercises()
LESSONS = exercises.lessons()

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.id)
each_lesson = pytest.mark.parametrize("number", LESSONS)


class Gated(Remembered):
    """An exercise with the cases of a seed.

    Where answers train, the fixed cases train the same network for every seed: once is enough. So
    trained = {(id of an answer, number of a fixed case): its result} goes from seed to seed.
    """

    def __init__(self, exercise, seed, trained=None):
        super().__init__(exercise, seed)
        self.trained = trained

    def run(self, answer, number):
        """What an answer gives for the case with this number."""
        key = id(answer), number
        if self.trained is not None and key in self.trained:
            return self.trained[key]
        (result,) = self.exercise.results(answer, [self.all_cases[number]])
        if self.trained is not None and number < len(self.fixed):
            self.trained[key] = result
        return result

    def answered(self, answer, seconds):
        """The results of an answer that is run here, and stopped when it takes too long."""
        results, total = [], len(self.all_cases)

        def go():
            for number in range(total):
                results.append(self.run(answer, number))

        timelimit.run(go, seconds)
        return results + [Failure("Timeout")] * (total - len(results))

    def judged(self, answer):
        """The verdict on an answer."""
        return verdict(self, self.all_cases, self.answered(answer, self.seconds))

    def survives(self, mutant):
        """Whether no case tells a mutant from the reference; the first that does is enough."""
        survived = []

        def go():
            survived.append(
                all(
                    verdict(self, [case], self.exercise.results(mutant, [case])).right
                    for case in self.all_cases
                )
            )

        timelimit.run(go, MUTANTS_SECONDS)
        return survived == [True]


def gated(exercise):
    """(seed, Gated) of five seeds; of one where no case is random, as for a value."""
    trained = {} if exercise.seconds >= TRAINS else None
    for seed in range(5 if exercise.random else 1):
        yield seed, Gated(exercise, seed, trained)


@each_exercise
def test_right_answers_get_all_points_and_are_called_no_misconception(exercise):
    for seed, one in gated(exercise):
        for answer in (exercise.reference, *exercise.alternatives):
            results = one.answered(answer, exercise.seconds)
            found = verdict(one, one.all_cases, results)
            assert found.points == exercise.points, f"{answer}, seed {seed}: {found}"
            assert seed > 0 or exercises.diagnose(one, one.all_cases, results) is None


def single(value):
    """The value with all its floats in float32."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(np.float32)
    if isinstance(value, list | tuple):
        return type(value)(single(entry) for entry in value)
    return np.float32(value) if isinstance(value, float) else value


@pytest.mark.parametrize(
    "exercise",
    [one for one in EXERCISES if not (one.is_value or one.judge or one.driver)],
    ids=lambda one: one.id,
)
def test_right_answers_in_float32_get_all_points(exercise):
    for seed in range(20):
        one = Gated(exercise, seed)
        for answer in (exercise.reference, *exercise.alternatives):
            results = one.answered(lambda *x, f=answer: single(f(*single(x))), exercise.seconds)
            found = verdict(one, one.all_cases, results)
            assert found.right, f"{answer.__name__}, seed {seed}: {found.sentence}"


@each_exercise
def test_every_misconception_is_rejected_and_named(exercise):
    for seed, one in gated(exercise):
        for misconception in exercise.misconceptions:
            found = one.judged(misconception.wrong)
            assert found.points == 0, f"{misconception.name}, seed {seed}: it passes"
            named = found.misconception and found.misconception.name
            assert named == misconception.name, f"seed {seed}"


@each_exercise
def test_cases_come_again_with_their_seed_and_differ_with_another(exercise):
    first, again, other = (repr(exercise.cases(seed)) for seed in (1, 1, 2))
    assert first == again
    if exercise.random is not None:
        assert first != other
        for seed in range(5):
            for arguments in exercise.cases(seed):
                assert list(complaints_about_arguments(exercise, f"seed {seed}", arguments)) == []


@each_exercise
def test_what_it_builds_on_exists(exercise):
    for id in exercise.builds_on:
        assert exercises.find(id).id < exercise.id


@pytest.mark.parametrize(
    "exercise",
    # a judge takes every answer that does the job, and a changed value is another value
    [one for one in EXERCISES if not one.is_value and one.judge is None],
    ids=lambda one: one.id,
)
def test_every_mutant_of_the_reference_dies(exercise):
    one, survivors = Gated(exercise, seed=0), []
    copied, turns = unchanged(exercise.reference)
    assert one.survives(copied)
    for description, mutant in mutants(exercise.reference, most=10 * turns.count + 1_000):
        if one.survives(mutant):
            survivors.append(description)
    listed = set(exercise.equivalent_mutants)
    assert set(survivors) == listed, (
        f"Survived and not listed: {sorted(set(survivors) - listed)}. A case that tells them from "
        "the reference is missing; if there is none, list them in equivalent_mutants with the "
        f"reason. Listed and not a survivor: {sorted(listed - set(survivors))}."
    )
    assert all(reason.strip() for reason in exercise.equivalent_mutants.values())


def stubs(number):
    """{id: what the answer's name holds in the exercise notebook, untouched}."""
    path, _ = release.released_text(number)
    notebook = read(path)
    names = {}
    exec(next(cell.source for cell in notebook.cells if cell.cell_type == "code"), names)
    untouched = {}
    for cell in notebook.cells:
        if cell.id.startswith("answer-"):
            id = cell.id.removeprefix("answer-").replace("-", ".")
            exec(cell.source, names)  # the learner runs every cell once: it must not raise
            untouched[id] = names[exercises.find(id).name]
    return untouched


@each_lesson
def test_the_untouched_stub_gets_nothing_and_is_called_not_started(number):
    untouched = stubs(number)
    assert sorted(untouched) == sorted(one.id for one in exercises.lesson(number).EXERCISES)
    for id, stub in untouched.items():
        report = Report(exercises.find(id), Run(exercises.find(id), stub, seed=0))
        assert report.points == 0, id
        assert report.verdict.not_started, f"{id}: {report}"


@each_lesson
def test_solutions_are_dressed_and_exercises_are_made_from_them(number):
    path, text = release.released_text(number)  # raises when notebook and spec disagree
    assert path.read_text(encoding="utf-8") == text, "python -m nncourse release makes it again"


@each_lesson
def test_the_points_at_the_top_are_all_that_the_specification_gives(number):
    notebook = read(release.solution_path(number))
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    points = sum(one.points for one in exercises.lesson(number).EXERCISES)
    assert f"**{points} point" in prose


@each_lesson
def test_solutions_are_stored_with_every_check_right(number):
    lesson = Lesson(release.solution_path(number))
    rules = (executed, errors, standard_error, long_cells, network, links)
    assert [problem for rule in rules for problem in rule(lesson)] == []
    for cell in lesson.notebook.cells:
        if cell.id.startswith("check-"):
            assert "✓" in cell.outputs[0].data["text/plain"], cell.source


@each_lesson
def test_exercises_hold_no_output_and_no_solution(number):
    released = read(release.ROOT / "exercises" / release.solution_path(number).name)
    solution = read(release.solution_path(number))
    for cell, source in zip(released.cells, solution.cells, strict=True):
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
        assert "SOLUTION" not in cell.source
        if cell.id.startswith("answer-"):
            assert cell.source != source.source
            assert "NotImplementedError" in cell.source or "= ..." in cell.source


def test_notebooks_and_specifications_cover_the_same_lessons():
    for folder in ("solutions", "exercises"):
        found = sorted(path.name[:2] for path in (release.ROOT / folder).glob("[0-9]*.ipynb"))
        assert found == list(LESSONS), folder


def test_the_gate_notices_a_hole_in_the_cases():
    """An exercise whose cases are all zeros lets mutants live, and mistakes pass."""
    exercise = copy.copy(exercises.find("01.2"))
    blind = (np.zeros(2), np.zeros(2), 0.0)
    object.__setattr__(exercise, "fixed", (blind,))
    object.__setattr__(exercise, "random", None)
    with pytest.raises(AssertionError, match="Survived and not listed"):
        test_every_mutant_of_the_reference_dies(exercise)
    with pytest.raises(AssertionError, match="it passes"):
        test_every_misconception_is_rejected_and_named(exercise)
