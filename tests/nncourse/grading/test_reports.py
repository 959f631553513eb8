"""What the marks of a class become: gradebooks, due dates, rubrics, statistics, pages."""

import csv
import io
import random
import re
from types import SimpleNamespace

import numpy as np
import pytest

from nncourse.grading import deadlines, gradebook, ready, report, roster, rubric, similarity
from nncourse.grading import statistics as stats
from nncourse.grading.answers import words_of
from nncourse.grading.book import Book, Override
from nncourse.grading.marking import GRADED, new_outcome
from nncourse.grading.names import pseudonyms
from nncourse.grading.submissions import Submission
from tests.nncourse.grading import lesson
from tests.nncourse.grading.helpers import as_bytes, cell, notebook, settings
from tests.nncourse.grading.needs import needs_bubblewrap

IDS = [exercise.id for exercise in lesson.EXERCISES]


def graded(student, right=IDS, mistake=None, **about):
    """An outcome with these exercises right, and a mistake in the others."""
    marks = [
        {
            "id": spec.id,
            "title": spec.title,
            "name": spec.name,
            "points": 2 if spec.id in right else 0,
            "of": 2,
            "checks": [9, 9] if spec.id in right else [1, 9],
            "verdict": "right" if spec.id in right else "wrong",
            "cell": 2,
            "called": "",
            "came": "",
            "expected": "",
            "sentence": "" if spec.id in right else "It is wrong.",
            "misconception": [mistake, "Why."] if mistake and spec.id not in right else [],
            "hint": "Think.",
            "replaced": [],
        }
        for spec in lesson.EXERCISES
    ]
    made = new_outcome(Submission(student, f"{student}/05.ipynb"), GRADED, lesson="05")
    return made | {"marks": marks, "answers": {}, "when": "", "late": False} | about


def book(*outcomes, **options):
    return Book(outcomes, settings(), **options)


def table(rows):
    return list(csv.reader(io.StringIO(report.as_csv(rows))))


# ------------------------------------------------------------------------------- gradebooks
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,05_numbers (77),Current Score
    Points Possible,,,,,14,(read only)
"Beispiel, Ada",12345,s1,ada,A,,
"Muster, Ben",12346,s2,ben,B,,
"Student, Test",9,,x,,,
"""
CANVAS_BACK = """\
Student,ID,SIS User ID,SIS Login ID,Section,05_numbers (77)
    Points Possible,,,,,14
"Beispiel, Ada",12345,s1,ada,A,12
"Muster, Ben",12346,s2,ben,B,
"""


def test_canvass_gradebook_comes_back_as_its_importer_takes_it(tmp_path):
    """The importer finds learners by the numbers and assignments by the number in brackets; it
    wants Student, ID, SIS User ID, SIS Login ID, Section first, and a line of points.
    """
    path = tmp_path / "canvas.csv"
    path.write_text(CANVAS, encoding="utf-8")
    people = roster.read(path)
    assert list(people.learners) == ["Beispiel, Ada", "Muster, Ben"]
    missing = new_outcome(Submission("Muster, Ben", "-"), "rejected", "Nothing.", "05")
    made = book(graded("Beispiel, Ada", IDS[:6]), missing, roster=people)
    assert report.as_csv(gradebook.canvas(made)) == CANVAS_BACK


def test_canvas_without_a_roster_takes_the_number_from_the_name():
    rows = table(gradebook.canvas(book(graded("beispielada_12345"), graded("Ada B_17"))))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "05_numbers"]
    assert rows[1][0] == "    Points Possible"
    assert [row[:2] for row in rows[2:]] == [["Ada B_17", ""], ["beispielada", "12345"]]


MOODLE = """\
First name,Last name,ID number,Institution,Department,Email address,Assignment: Week 5
Ada,Beispiel,s1,HQ,,ada@example.org,-
Ben,Muster,s2,HQ,,ben@example.org,-
"""


def test_moodles_gradebook_names_learners_by_address_and_number(tmp_path):
    (tmp_path / "moodle.csv").write_text(MOODLE, encoding="utf-8")
    people = roster.read(tmp_path / "moodle.csv")
    rows = table(gradebook.moodle(book(graded("Ada Beispiel", IDS[:6]), roster=people)))
    assert rows[0][:4] == ["First name", "Last name", "ID number", "Email address"]
    assert rows[0][4:] == ["05_numbers", "Feedback: 05_numbers"]
    assert rows[1][:5] == ["Ada", "Beispiel", "s1", "ada@example.org", "12"]
    assert rows[1][5].startswith("05.1 The mean: 2 of 2; ")
    assert "\n" not in rows[1][5]


WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 17,Ada Beispiel,ada@example.org,Submitted,,14.00,Yes,"Tuesday, 1 October",-,
"""


def test_moodles_worksheet_comes_back_with_its_own_columns(tmp_path):
    (tmp_path / "sheet.csv").write_text(WORKSHEET, encoding="utf-8")
    people = roster.read(tmp_path / "sheet.csv")
    made = book(graded("Ada Beispiel", IDS[:6]), roster=people)
    head, row = table(gradebook.worksheet(made, "05"))
    assert head == WORKSHEET.splitlines()[0].split(",")
    assert row[:9] == [
        *("Participant 17", "Ada Beispiel", "ada@example.org", "Submitted", "12", "14.00", "Yes"),
        *("Tuesday, 1 October", "-"),
    ]
    assert row[9].startswith("05.1 The mean")
    flat = "Ada Beispiel_17"
    known = graded(flat) | {"path": f"{flat}_assignsubmission_file_05.ipynb"}
    assert table(gradebook.worksheet(book(known), "05"))[1][0] == "Participant 17"
    assert gradebook.worksheet(book(graded("beispielada_12345")), "05") == []


def test_nbgraders_columns_have_the_submissions_own_time():
    when = "2024-10-01T14:00:00+02:00"
    head, row, other = table(gradebook.nbgrader(book(graded("ada", when=when), graded("ben"))))
    assert head[:4] == ["assignment", "duedate", "timestamp", "student_id"]
    assert row[2:4] == ["2024-10-01 12:00:00", "ada"]
    assert other[2:4] == ["", "ben"]


# ------------------------------------------------------------------------------- due dates
DUE = """\
lesson;due;grace;penalty;most;student;handed in;reason
05;2024-10-01 12:00+00:00;30 min;10%;25 %;;;
5;2024-10-08 12:00+00:00;;;;Ada;;ill, at home
05;;;;;cleo;2024-10-01 12:10+00:00;
05;2024-10-03 12:00+00:00;;;;group B;;
"""


@pytest.fixture
def due(tmp_path):
    (tmp_path / "deadlines.csv").write_text(DUE, encoding="utf-8")
    return deadlines.read(
        tmp_path / "deadlines.csv", settings().lessons, ["ada", "ben", "cleo"], ["group B"]
    )


@pytest.mark.parametrize(
    ("student", "group", "when", "share"),
    [
        ("ben", "", "2024-10-01T12:00:00+00:00", 0),
        ("ben", "", "2024-10-01T12:30:00+00:00", 0),
        ("ben", "", "2024-10-01T12:30:01+00:00", 0.1),
        ("ben", "", "2024-10-02T12:30:01+00:00", 0.2),
        ("ben", "", "2024-10-09T12:30:01+00:00", 0.25),
        ("ada", "", "2024-10-08T12:20:00+00:00", 0),
        ("ada", "", "2024-10-08T13:20:00+00:00", 0.1),
        ("cleo", "", "2024-11-01T12:30:01+00:00", 0),
        ("ben", "group B", "2024-10-03T11:00:00+00:00", 0),
    ],
)
def test_due_dates_grace_penalties_and_extensions(due, student, group, when, share):
    late = due.judge(student, group, {"lesson": "05", "when": when})
    assert late.share == pytest.approx(share)
    assert bool(late.says) == bool(share)


def test_a_time_that_nobody_knows_takes_nothing_and_is_said(due):
    late = due.judge("ben", "", {"lesson": "05", "when": "", "late": True})
    assert (late.share, late.unknown) == (0, True)
    made = book(graded("ben"), deadlines=due)
    assert made.total("ben") == (14, 14)
    people = report.People(made, False)
    page = dict(report.all_files(made, {}, people))["index.html"]
    assert "When 1 handed in is not known" in page


def test_the_better_after_the_penalty_counts_and_points_by_hand_lose_nothing(due):
    early = graded("ben", IDS[:6], when="2024-10-01T12:00:00+00:00")
    late = graded("ben", IDS, when="2024-10-09T12:00:00+00:00") | {"path": "later"}
    made = book(early, late, deadlines=due)
    assert made.total("ben") == (12, 14)
    made = book(late, deadlines=due, overrides=[Override("ben", "05.1", 2, "told me")])
    assert made.total("ben") == (2 + 12 * 0.75, 14)
    row = table(gradebook.nbgrader(made))[1]
    assert row[7:] == ["14", "3", "11", "14"]
    (line,) = table(report.grades(made))[1:]
    assert "days late: 25% of the points are taken" in line[8]


# ------------------------------------------------------------------------------- by hand
RUBRIC = "exercise,criterion,points,title\n05.words,clear,2,Own words\n05.words,right,1,\n"


@pytest.fixture
def words(tmp_path):
    (tmp_path / "rubric.csv").write_text(RUBRIC, encoding="utf-8")
    return rubric.read(tmp_path / "rubric.csv", settings().lessons)


def test_free_text_is_marked_by_a_rubric_in_the_same_table(words):
    made = book(graded("ada", words="It is <flat>."), rubric=words)
    assert made.total("ada") == (14, 17)
    pages = dict(report.all_files(made, {}, report.People(made, False)))
    assert '1 of <a href="exercises/05.words.html">' in pages["index.html"]
    assert "It is &lt;flat&gt;." in pages["exercises/05.words.html"]
    assert "ada,05.words/clear,," in pages["exercises/05.words.html"]
    given = [
        Override("ada", "05.words/Clear", 1.5, "short"),
        Override("ada", "05.words/right", 1, ""),
    ]
    made = book(graded("ada"), rubric=words, overrides=given)
    assert made.total("ada") == (16.5, 17)
    page = dict(report.all_files(made, {}, report.People(made, False)))["students/ada.html"]
    assert "clear: 1.5 of 2 (short); right: 1 of 1" in page
    made = book(graded("ada"), rubric=words, overrides=[Override("ada", "05.words", 3, "fine")])
    assert made.total("ada") == (17, 17)
    with pytest.raises(ValueError, match=r"no exercise '05\.words/long'"):
        book(graded("ada"), rubric=words, overrides=[Override("ada", "05.words/long", 1, "")])


def test_words_are_found_without_what_was_handed_out():
    made = [
        cell("x = 1"),
        {"cell_type": "markdown", "source": "## Before\nnot this", "metadata": {}},
        {"cell_type": "markdown", "source": "## In your own words\n\nIt is flat.", "metadata": {}},
        {"cell_type": "raw", "source": "And so on.", "metadata": {}},
    ]
    assert words_of(as_bytes(made), "05_numbers") == "It is flat.\nAnd so on."


# ------------------------------------------------------------------------------- statistics
def test_facility_discrimination_and_the_commonest_mistakes():
    able = [graded(f"a{n}", IDS) for n in range(6)]
    middle = [graded(f"b{n}", IDS[:4], "too small") for n in range(4)]
    weak = [graded(f"c{n}", ["05.7"], "too large") for n in range(3)]
    items = stats.items(book(*able, *middle, *weak))
    first, last = items["05.1"], items["05.7"]
    assert (first.number, first.right, first.facility) == (13, 10, 10 / 13)
    own, rest = [2] * 10 + [0] * 3, [12] * 6 + [6] * 4 + [2] * 3
    assert first.discrimination == pytest.approx(np.corrcoef(own, rest)[0, 1])
    assert last.discrimination < first.discrimination
    assert [(name, len(s)) for name, _, s in last.mistakes] == [("too small", 4)]
    assert [name for name, _, _ in items["05.5"].mistakes] == ["too small", "too large"]


def test_few_learners_or_equal_marks_tell_nothing():
    assert stats.correlation([1, 2, 3], [1, 2, 3]) is None
    assert stats.correlation([1] * 10, list(range(10))) is None
    assert stats.correlation(list(range(10)), list(range(10))) == pytest.approx(1)
    assert stats.correlation(list(range(10)), list(range(10, 0, -1))) == pytest.approx(-1)


# ------------------------------------------------------------------------------- alike
def code(seed):
    """A made-up answer: sums and calls in an order of their own."""
    rng, lines = random.Random(seed), []
    for _ in range(20):
        terms = [rng.choice(("a", "b", "f(c)", "d[w]", "(x - y)", "2")) for _ in range(6)]
        signs = [rng.choice(("+", "-", "*", "/", "**", "@", "%")) for _ in range(5)]
        lines.append(
            "z = " + " ".join(x for pair in zip(terms, [*signs, ""], strict=True) for x in pair)
        )
    return "\n".join(lines)


def test_a_copy_with_other_names_and_comments_is_found_and_others_are_not():
    copied = re.sub(r"\b([abcd])\b", r"my_\1", code(1)).replace("\n", "  # mine\n")
    codes = {f"s{n}": code(n) for n in range(1, 9)} | {"copy": copied}
    (pair,) = similarity.pairs(codes, "05")
    assert {pair.first, pair.second} == {"s1", "copy"}
    assert pair.share > 0.9


def test_a_part_that_was_copied_into_other_work_is_found():
    mixed = code(50) + "\n" + code(1)
    (pair,) = similarity.pairs({f"s{n}": code(n) for n in range(1, 6)} | {"mixed": mixed}, "05")
    assert {pair.first, pair.second} == {"s1", "mixed"}


def test_what_was_handed_out_and_what_all_have_counts_for_nothing():
    stub = code(99)
    codes = {f"s{n}": stub + "\n" + code(n) for n in range(1, 6)}
    assert similarity.pairs(codes, "05", given_out=stub) == []
    assert len(similarity.pairs(codes | {"t": codes["s1"]}, "05", given_out=stub)) == 1
    everybody = {f"s{n}": code(98) + "\n" + code(n) for n in range(1, 6)}
    assert similarity.pairs(everybody, "05") == []


def test_the_courses_own_solution_is_compared_too():
    (pair,) = similarity.pairs({"ada": code(1), "ben": code(2)}, "05", solution=code(1))
    assert (pair.first, pair.second) == ("ada", similarity.SOLUTION)


@pytest.mark.parametrize("source", ["", "def (", "'''", "\t x\n y", "é" * 100, "((((" * 500])
def test_code_that_does_not_parse_is_compared_as_words(source):
    assert similarity.fingerprints(source) == similarity.fingerprints(source)


# ------------------------------------------------------------------------------- pages
def test_pages_for_marking_without_names(tmp_path):
    outcomes = [graded("Ada Beispiel", IDS[:3], "too large", words="x"), graded("Ben Muster")]
    made = book(*outcomes)
    report.write(made, tmp_path, anonymous=True)
    for path in tmp_path.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "Beispiel" not in text
        assert "Beispiel" not in path.name
    keys = dict(table_of(tmp_path / "anonymous.csv"))
    assert sorted(keys.values()) == ["Ada Beispiel", "Ben Muster"]
    assert "Ada Beispiel" in (tmp_path / "grades.csv").read_text(encoding="utf-8")
    first = {path.name for path in (tmp_path / "students").iterdir()}
    report.write(book(*outcomes, graded("Cleo")), tmp_path, anonymous=True)
    assert first < {path.name for path in (tmp_path / "students").iterdir()}


def test_an_override_for_a_made_up_name_is_for_its_learner():
    (name,) = pseudonyms(["ada"]).values()
    assert re.fullmatch(r"learner [0-9a-f]{6}", name)
    made = book(graded("ada", []), overrides=[Override(name, "05.1", 2, "well said")])
    assert made.total("ada") == (2, 14)


def table_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_mistakes_link_to_learners_and_answers_stand_side_by_side(tmp_path):
    outcomes = [
        graded(f"s{n}", IDS[:4], "too <large>", answers={"05.5": "my_largest = min"})
        for n in range(30)
    ]
    other = graded("zoe", IDS, answers={"05.5": "my_largest = max  # <b>"})
    report.write(book(*outcomes, other), tmp_path)
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="exercises/05.5.html#mistake-1">too &lt;large&gt;</a>' in index
    page = (tmp_path / "exercises" / "05.5.html").read_text(encoding="utf-8")
    assert page.count("my_largest = min") == 1
    assert 'id="mistake-1"' in page
    assert page.count('href="../students/s') == 30
    assert "and 5 more" in page
    assert "my_largest = max  # &lt;b&gt;" in page


def test_the_first_page_says_first_what_needs_a_person(tmp_path):
    notes = SimpleNamespace(
        remarks=("Look here.",), aside=(("a/b.txt", "Not looked at."),), per_learner=True
    )
    rejected = new_outcome(Submission("ben", "ben/05.pdf"), "rejected", "It is a PDF.")
    made = book(graded("ada"), rejected, notes=notes, overrides=[Override("x", "05.1", 1, "")])
    report.write(made, tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    places = [
        page.index(words)
        for words in (
            "What needs you",
            "Look here.",
            "Overrides for learners",
            "It is a PDF",
            "Points by exercise",
            "a/b.txt",
        )
    ]
    assert places == sorted(places)
    lines = table_of(tmp_path / "submissions.csv")
    assert ["", "a/b.txt", "", "aside", "Not looked at.", "", ""] in lines


# ------------------------------------------------------------------------------- ready
@needs_bubblewrap
def test_ready_says_what_the_grader_would_say(tmp_path):
    path = tmp_path / "05_numbers.ipynb"
    path.write_bytes(notebook())
    said, right = ready.ready(path, settings())
    assert right
    assert "14 of 14 points. All is right" in said[-1]
    stale = notebook(my_mean="my_mean = mean_of_a_cell_that_is_gone")
    path.write_bytes(stale)
    said, right = ready.ready(path, settings())
    assert not right
    assert "mean_of_a_cell_that_is_gone" in " ".join(said)
    path.write_bytes(b"{")
    said, right = ready.ready(path, settings())
    assert "could not be graded" in said[0]


def test_ready_finds_the_learners_own_copy_first(tmp_path, capsys):
    for folder in ("exercises", "my/exercises"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "05_loss_functions.ipynb").write_text("{}", encoding="utf-8")
    assert ready.notebook_of("5", tmp_path).parent == tmp_path / "my" / "exercises"
    assert ready.main(["77"]) == 2
    assert "There are no exercises '77'" in capsys.readouterr().err
    assert ready.main([str(tmp_path / "none.ipynb")]) == 1
    assert "cannot be read" in capsys.readouterr().out
