"""Whose a notebook is: what systems and people deliver, and what must come of it."""

import io
import json
import os
import zipfile
from types import SimpleNamespace

import pytest

from nncourse.grading import given_out, roster
from nncourse.grading.layouts import WhoIsWho, find
from nncourse.grading.submissions import Rejected, contents, read
from tests.nncourse.grading.helpers import notebook, settings

NB = "05_numbers.ipynb"
HASH = "05_loss_functions.ipynb"


def work(path):
    """A right notebook that is like no other."""
    return notebook(before=[f"# {path.encode('utf-8', 'surrogateescape')}"])


def put(folder, *paths, **files):
    """Notebooks at these paths, each of its own; files={name: bytes} as they are."""
    for path in paths:
        place(folder, path, work(path))
    for path, data in files.items():
        place(folder, path, data)


def place(folder, path, data=b""):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def zipped(*paths, **files):
    """The bytes of a zip with notebooks at these paths."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path in paths:
            archive.writestr(path, work(path))
        for path, data in files.items():
            archive.writestr(path, data)
    return made.getvalue()


def learners(folder, **options):
    """{student: paths that can be graded} of a folder."""
    found = {}
    for one in find(folder, settings(), **options).submissions:
        paths = found.setdefault(one.student, [])
        for other in one.others:
            found.setdefault(other, []).append(one.path)
        if not one.reason:
            paths.append(one.path)
    return {student: len(paths) for student, paths in sorted(found.items())}


MOODLE = "_assignsubmission_file_"
LAYOUTS = {  # what lies there: {learner: how many notebooks}
    "Moodle, folders": (
        [f"Ada Beispiel_1234567{MOODLE}/{NB}", f"Ben Muster_1234568{MOODLE}/{NB}"],
        {"Ada Beispiel_1234567": 1, "Ben Muster_1234568": 1},
    ),
    "Moodle, two of one name": (
        [f"Ada Beispiel_1{MOODLE}/{NB}", f"Ada Beispiel_2{MOODLE}/{NB}"],
        {"Ada Beispiel_1": 1, "Ada Beispiel_2": 1},
    ),
    "Moodle, flat": (
        [f"Ada Beispiel_1234567{MOODLE}{NB}", f"Ben Muster_1234568{MOODLE}{NB}"],
        {"Ada Beispiel_1234567": 1, "Ben Muster_1234568": 1},
    ),
    "Moodle, one level down": (
        [f"CS1-week 5-99/Ada Beispiel_17{MOODLE}/{NB}", f"CS1-week 5-99/Ben_18{MOODLE}/{NB}"],
        {"Ada Beispiel_17": 1, "Ben_18": 1},
    ),
    "Moodle, names with underscores and signs": (
        [f"Ada_B (x)_17{MOODLE}/{NB}", f"O'Neil, J._18{MOODLE}/{NB}"],
        {"Ada_B (x)_17": 1, "O'Neil, J._18": 1},
    ),
    "Moodle, anonymous": (
        [f"Participant_17{MOODLE}/{NB}", f"Participant_18{MOODLE}/{NB}"],
        {"Participant_17": 1, "Participant_18": 1},
    ),
    "Canvas": (
        [
            f"beispielada_12345_678901_{NB}",
            "musterben_LATE_12346_678902_05_numbers-1.ipynb",
            "probecleo_12347_678903_Untitled (3).ipynb",
        ],
        {"beispielada_12345": 1, "musterben_12346": 1, "probecleo_12347": 1},
    ),
    "Canvas, two files of one learner": (
        [f"beispielada_12345_678901_{NB}", "beispielada_12345_678999_notes.ipynb"],
        {"beispielada_12345": 2},
    ),
    "Blackboard": (
        [
            f"Week5_ada1_attempt_2024-10-01-12-00-00_{NB}",
            f"Week5_ben2_attempt_2024-10-01-13-00-00_{NB}",
        ],
        {"ada1": 1, "ben2": 1},
    ),
    "Blackboard, an assignment with underscores": (
        [
            f"Week_5_b_ada1_attempt_2024-10-01-12-00-00_{NB}",
            f"W_ben_attempt_2024-10-01-13-00-00_{NB}",
        ],
        {"ada1": 1, "ben": 1},
    ),
    "Brightspace": (
        [
            f"12-34 - Ada Beispiel - Oct 1, 2024 1200 PM - {NB}",
            f"12-35 - Ben - Oct 1, 2024 930 AM/{NB}",
        ],
        {"Ada Beispiel_12-34": 1, "Ben_12-35": 1},
    ),
    "Sakai": (
        [f"Beispiel, Ada(ada1)/Submission attachment(s)/{NB}", f"Muster, Ben(ben2)/{NB}"],
        {"ada1": 1, "ben2": 1},
    ),
    "Teams": (
        [f"Submitted files/Ada B/Week 5/Version 2/{NB}", f"Submitted files/Ben M/Week 5/{NB}"],
        {"Ada B": 1, "Ben M": 1},
    ),
    "assignment above learner": ([f"week5/ada/{NB}", f"week5/ben/{NB}"], {"ada": 1, "ben": 1}),
    "assignment above one learner": ([f"week5/ada/{NB}"], {"ada": 1}),
    "group above learner": (
        [f"groupA/ada/{NB}", f"groupA/ben/{NB}", f"groupB/cleo/{NB}"],
        {"ada": 1, "ben": 1, "cleo": 1},
    ),
    "a tutor's name above learner": (
        [f"tuesday/ada/{NB}", f"tuesday/ben/{NB}", f"friday/cleo/{NB}"],
        {"ada": 1, "ben": 1, "cleo": 1},
    ),
    "learner above assignment": ([f"ada/week5/{NB}", f"ben/week5/{NB}"], {"ada": 1, "ben": 1}),
    "learner above two assignments": (
        [f"ada/week5/{NB}", f"ada/week6/{NB}", f"ben/week5/{NB}"],
        {"ada": 2, "ben": 1},
    ),
    "term, group, learner": (
        [f"term 1/group 2/ada/{NB}", f"term 1/group 3/ben/{NB}"],
        {"ada": 1, "ben": 1},
    ),
    "groups hand in together": ([f"group 1/{NB}", f"group 2/{NB}"], {"group 1": 1, "group 2": 1}),
    "numbers as names": ([f"1/{NB}", f"2/{NB}", f"12345/{NB}"], {"1": 1, "2": 1, "12345": 1}),
    "student1 and student2": ([f"student1/{NB}", f"student2/{NB}"], {"student1": 1, "student2": 1}),
    "a folder around all": ([f"cs101-2024/ada/{NB}", f"cs101-2024/ben/{NB}"], {"ada": 1, "ben": 1}),
    "two versions of one learner": (
        [f"ada/{NB}", f"ada/old/{NB}", f"ben/{NB}"],
        {"ada": 2, "ben": 1},
    ),
    "a learner's own subfolders": ([f"ada/my stuff/nn/{NB}", f"ben/{NB}"], {"ada": 1, "ben": 1}),
    "nbgrader": (
        [f"submitted/ada/ps5/{NB}", f"submitted/ben/ps5/{NB}", f"late/cleo/ps5/{NB}"],
        {"ada": 1, "ben": 1, "cleo": 1},
    ),
    "nbgrader's other folders": (
        [f"submitted/ada/ps5/{NB}", f"autograded/ada/ps5/{NB}", f"source/ps5/{NB}"],
        {"ada": 1},
    ),
    "learners called as nbgrader's folders are": (
        [f"feedback/{NB}", f"autograded/{NB}"],
        {"autograded": 1, "feedback": 1},
    ),
    "names in front": (
        [f"ada__{NB}", f"ben__{NB}", f"12345__{NB}"],
        {"12345": 1, "ada": 1, "ben": 1},
    ),
    "names in front, a digit in one": ([f"ada3__{NB}", f"ben__{NB}"], {"ada3": 1, "ben": 1}),
    "names in front, in a folder": ([f"week5/ada__{NB}", f"week5/ben__{NB}"], {"ada": 1, "ben": 1}),
    "GitHub Classroom": (
        [f"week5-ada/exercises/{NB}", f"week5-ben/exercises/{NB}"],
        {"ada": 1, "ben": 1},
    ),
    "a name that begins with a number": (
        [f"50 GB at once/{NB}", f"7. ada/{NB}", f"3 musketeers/{NB}"],
        {"50 GB at once": 1, "7. ada": 1, "3 musketeers": 1},
    ),
    "a learner called as weeks are": ([f"week5/{NB}", f"ada/{NB}"], {"week5": 1, "ada": 1}),
    "capitals": ([f"Ada/{NB}", f"ada/{NB}"], {"Ada": 1, "ada": 1}),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_whose_it_is(tmp_path, name):
    paths, expected = LAYOUTS[name]
    put(tmp_path / "handed in", *paths)
    assert learners(tmp_path / "handed in") == dict(sorted(expected.items()))


@pytest.mark.parametrize("name", LAYOUTS)
def test_whose_it_is_in_one_zip_of_all(tmp_path, name):
    paths, expected = LAYOUTS[name]
    place(tmp_path, "submissions.zip", zipped(*paths))
    if name == "capitals":
        expected = {"Ada": 1, "ada": 1}
    assert learners(tmp_path / "submissions.zip") == dict(sorted(expected.items()))


ZIPS = {
    "a zip for each": ({"ada.zip": [NB], "ben.zip": [NB]}, {"ada": 1, "ben": 1}),
    "a folder in each zip": (
        {"ada.zip": [f"w/{NB}"], "ben.zip": [f"w/{NB}"]},
        {"ada": 1, "ben": 1},
    ),
    "one zip of all": ({"class.zip": [f"ada/{NB}", f"ben/{NB}"]}, {"ada": 1, "ben": 1}),
    "one zip of all, oddly named": ({"x17.zip": [f"ada/{NB}", f"ben/{NB}"]}, {"ada": 1, "ben": 1}),
    "a zip in a learner's folder": (
        {"ada/work.zip": [NB], "ben/05.zip": [NB]},
        {"ada": 1, "ben": 1},
    ),
    "a zip in Moodle's folder": ({f"A B_17{MOODLE}/x.zip": [f"exercises/{NB}"]}, {"A B_17": 1}),
    "Canvas's zips": ({"beispielada_12345_678901_work.zip": [NB]}, {"beispielada_12345": 1}),
    "capitals": ({"ada.ZIP": [NB], "ben.zip": [NB]}, {"ada": 1, "ben": 1}),
    "names in front": ({"ada__05.zip": [NB], "ben__05.zip": [NB]}, {"ada__05": 1, "ben__05": 1}),
}


@pytest.mark.parametrize("name", ZIPS)
def test_zips(tmp_path, name):
    archives, expected = ZIPS[name]
    for path, members in archives.items():
        place(tmp_path, path, zipped(*members, **{f"{path}.txt": b"x"}))
    assert learners(tmp_path) == expected


def test_a_zip_within_a_zip(tmp_path):
    both = {f"{name}.zip": zipped(NB, **{f"{name}.txt": b"x"}) for name in ("ada", "ben")}
    place(tmp_path, "all.zip", zipped(**both))
    assert learners(tmp_path) == {"ada": 1, "ben": 1}
    for one in find(tmp_path, settings()).submissions:
        assert read(one, tmp_path).data == work(NB)


# ------------------------------------------------------------------------------- Gradescope
YAML = """---
submission_101:
  :submitters:
  - :name: Ada
    :email: ada@example.org
    :sid: '17'
  :created_at: 2024-10-01 12:00:00.123456000 Z
submission_102:
  :submitters:
  - :name: Ben
    :email: ben@example.org
  - !ruby/object:Person
    :name: Cleo
submission_103:
  :submitters: []
"""


@pytest.mark.parametrize("above", ["", "assignment_99_export/"])
def test_gradescopes_export(tmp_path, above):
    put(tmp_path, *[f"{above}submission_10{n}/{NB}" for n in (1, 2, 3)])
    place(tmp_path, f"{above}submission_metadata.yml", YAML.encode())
    assert learners(tmp_path) == {
        "Cleo": 1,
        "ada@example.org": 1,
        "ben@example.org": 1,
        "submission_103": 1,
    }
    found = find(tmp_path, settings())
    assert "names nobody for submission_103" in " ".join(found.remarks)
    assert found.submissions[0].when == "2024-10-01T12:00:00+00:00"


def test_gradescopes_list_that_cannot_be_read_is_said(tmp_path):
    put(tmp_path, f"submission_1/{NB}", f"submission_2/{NB}")
    place(tmp_path, "submission_metadata.yml", b"a: [")
    assert learners(tmp_path) == {"submission_1": 1, "submission_2": 1}
    assert "cannot be read" in " ".join(find(tmp_path, settings()).remarks)


# ------------------------------------------------------------------------------- when it came
def test_the_time_of_handing_in_comes_from_the_system(tmp_path):
    put(
        tmp_path,
        f"submitted/ada/ps5/{NB}",
        f"late/ben/ps5/{NB}",
        f"submitted/cleo/ps5/{NB}",
    )
    place(tmp_path, "submitted/ada/ps5/timestamp.txt", b"2024-10-01 12:00:00.000000 UTC\n")
    found = {one.student: (one.when, one.late) for one in find(tmp_path, settings()).submissions}
    assert found == {
        "ada": ("2024-10-01T12:00:00+00:00", False),
        "ben": ("", True),
        "cleo": ("", False),
    }


@pytest.mark.parametrize(
    ("path", "when", "late"),
    [
        (f"W_ada_attempt_2024-10-01-12-00-09_{NB}", "2024-10-01T12:00:09", False),
        (f"ada_LATE_12345_678901_{NB}", "", True),
        (f"1-2 - Ada - Oct 1, 2024 930 PM - {NB}", "2024-10-01T21:30:00", False),
    ],
)
def test_the_time_in_a_name(tmp_path, path, when, late):
    put(tmp_path, path)
    (found,) = find(tmp_path, settings()).submissions
    assert (found.when, found.late) == (when, late)


def test_blackboards_note_names_a_user_with_an_underscore(tmp_path):
    put(tmp_path, f"Week5_ada_1_attempt_2024-10-01-12-00-00_{NB}")
    note = b"Name: Ada Beispiel (ada_1)\r\nAssignment: Week5\r\n"
    place(tmp_path, "Week5_ada_1_attempt_2024-10-01-12-00-00.txt", note)
    assert learners(tmp_path) == {"ada_1": 1}


# ------------------------------------------------------------------------------- never guessed
UNCLEAR = {
    "files without a form": ["ada.ipynb", "ben.ipynb"],
    "the lesson first": ["05_numbers_ada.ipynb", "05_numbers_ben.ipynb"],
    "in the week's folder": ["week5/ada.ipynb", "week5/ben.ipynb"],
    "two weeks, one lesson, nobody named": [f"week5/{NB}", f"week6/{NB}"],
    "some deeper and some not": [f"ada/{NB}", f"tuesday/ben/{NB}", f"tuesday/cleo/{NB}"],
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_cannot_be_told_stops_with_the_way_to_say_it(tmp_path, name):
    put(tmp_path, *UNCLEAR[name])
    with pytest.raises(WhoIsWho, match="--pattern") as stopped:
        find(tmp_path, settings())
    assert "--roster" in str(stopped.value)


def test_the_pattern_that_is_proposed_works(tmp_path):
    put(tmp_path, "05_numbers_ada.ipynb", "05_numbers_ben.ipynb")
    with pytest.raises(WhoIsWho) as stopped:
        find(tmp_path, settings())
    pattern = str(stopped.value).split('--pattern "')[1].split('"')[0]
    assert pattern == "05_numbers_{student}.ipynb"
    assert learners(tmp_path, pattern=pattern) == {"ada": 1, "ben": 1}


PATTERNS = {
    "{student}.ipynb": ["ada.ipynb", "ben.ipynb"],
    "*/{student}/**": [f"x/ada/{NB}", f"x/ben/deep/{NB}"],
    "**/{student}_05*.ipynb": ["a/b/ada_05.ipynb", "c/ben_05.ipynb"],
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_says_who_is_who(tmp_path, pattern):
    put(tmp_path, *PATTERNS[pattern])
    assert learners(tmp_path, pattern=pattern) == {"ada": 1, "ben": 1}


def test_what_does_not_fit_the_pattern_is_listed(tmp_path):
    put(tmp_path, "ada.ipynb", "x/ben.ipynb")
    found = find(tmp_path, settings(), pattern="{student}.ipynb")
    reasons = {one.path: one.reason for one in found.submissions}
    assert reasons["ada.ipynb"] == ""
    assert "does not fit the pattern" in reasons["x/ben.ipynb"]
    with pytest.raises(WhoIsWho, match="once"):
        find(tmp_path, settings(), pattern="*.ipynb")


def test_several_versions_of_one_learner_are_said_at_the_top(tmp_path):
    put(tmp_path, f"ada/{NB}", "ada/05_numbers (1).ipynb", f"ben/{NB}")
    (remark,) = find(tmp_path, settings()).remarks
    assert remark.startswith("ada has 2 different notebooks of lesson 05")
    assert "--roster" in remark


def test_copies_are_not_worth_a_remark(tmp_path):
    for path in (f"ada/{NB}", "ada/copy.ipynb"):
        place(tmp_path, path, notebook())
    assert find(tmp_path, settings()).remarks == []


def test_a_loose_file_beside_the_learners_folders_is_listed(tmp_path):
    put(tmp_path, f"ada/{NB}", NB)
    found = {one.path: one.reason for one in find(tmp_path, settings()).submissions}
    assert found[f"ada/{NB}"] == ""
    assert "does not say whose it is" in found[NB]


# ------------------------------------------------------------------------------- a roster
ROSTERS = {
    "our own": "student,email,group\nada,ada@example.org,A\nben,ben@example.org,B\n",
    "semicolons": "Student;E-Mail;Group\r\nada;ada@example.org;A\r\nben;ben@example.org;B\r\n",
    "Excel's": "sep=;\nstudent;email;group;;\nada;ada@example.org;A;;\n"
    "ben;ben@example.org;B;;\n;;;;",
    "Canvas": (
        "Student,ID,SIS User ID,SIS Login ID,Section,Week 5 (77)\n    Points Possible,,,,,10\n"
        '"Beispiel, Ada",12345,s1,ada,A,\n"Muster, Ben",12346,s2,ben,B,\n"Student, Test",9,,,,\n'
    ),
    "Moodle": (
        '"First name","Last name","ID number",Institution,Department,"Email address"\n'
        "Ada,Beispiel,s1,,,ada@example.org\nBen,Muster,s2,,,ben@example.org\n"
    ),
    "Moodle's worksheet": (
        'Identifier,"Full name","Email address",Status,Grade\n"Participant 1234567","Ada Beispiel",'
        'ada@example.org,Submitted,\n"Participant 1234568","Ben Muster",ben@example.org,Submitted,'
    ),
    "GitHub Classroom": (
        '"identifier","github_username","github_id","name"\n"Ada Beispiel","ada","7",""\n'
        '"Ben Muster","ben","8",""\n'
    ),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ROSTERS)
def test_rosters_of_every_system(tmp_path, name, encoding):
    (tmp_path / "roster.csv").write_bytes(ROSTERS[name].encode(encoding))
    made = roster.read(tmp_path / "roster.csv")
    assert len(made.learners) == 2
    assert made.find(["ADA", "no such"]) or made.find(["ada@example.org"])
    if name in ("Canvas", "Moodle", "Moodle's worksheet"):
        assert made.find(["beispielada"]) == made.find(["Ada Beispiel"])
        assert made.find(["Beispiel, Ada"])


@pytest.mark.parametrize(
    ("paths", "table"),
    [
        ([f"Ada Beispiel_1234567{MOODLE}/{NB}"], "Moodle's worksheet"),
        ([f"beispielada_12345_678901_{NB}"], "Canvas"),
        ([f"week5-ada/{NB}"], "GitHub Classroom"),
        (["05_numbers_ada.ipynb", "05_numbers_ben.ipynb"], "our own"),
        ([f"ada/{NB}", f"x/y/ben/{NB}"], "our own"),
        ([f"ADA/{NB}"], "our own"),
        (["ada.ipynb", "ben.ipynb"], "our own"),
    ],
)
def test_a_roster_says_who_is_who(tmp_path, paths, table):
    put(tmp_path / "in", *paths)
    (tmp_path / "roster.csv").write_text(ROSTERS[table], encoding="utf-8")
    made = roster.read(tmp_path / "roster.csv")
    assert learners(tmp_path / "in", roster=made).keys() <= made.learners.keys()


def test_who_is_not_on_the_roster_is_said_with_the_nearest(tmp_path):
    put(tmp_path / "in", f"ada/{NB}", f"beatrise/{NB}")
    (tmp_path / "roster.csv").write_text(
        ROSTERS["our own"].replace("ben", "beatrice"), encoding="utf-8"
    )
    found = find(tmp_path / "in", settings(), roster.read(tmp_path / "roster.csv"))
    assert found.remarks == ["beatrise is not on the roster. Near it: beatrice."]


def test_two_of_one_name_on_a_roster(tmp_path):
    (tmp_path / "roster.csv").write_text("name,id\nAda B,1\nAda B,2\n", encoding="utf-8")
    made = roster.read(tmp_path / "roster.csv")
    assert list(made.learners) == ["Ada B", "Ada B 2"]
    assert made.find(["2"]) == "Ada B 2"
    (tmp_path / "roster.csv").write_text("name\nAda B\nAda B\n", encoding="utf-8")
    with pytest.raises(ValueError, match="lines 2 and 3: Ada B stands there twice"):
        roster.read(tmp_path / "roster.csv")


# ------------------------------------------------------------------------------- names
NAMES = {
    b"Jos\xe9": "José",
    b"Bj\xf6rk": "Björk",
    "Zoë".encode(): "Zoë",
    "e\u0301va".encode(): "éva",
    b"a\nb": "a b",
    b"red\x1b[31mrum": "redrum",
    b"-rf": "-rf",
    b"<b>bold</b>".replace(b"/", b""): "<b>bold<b>",
    b"=1+1": "=1+1",
    "李雷".encode(): "李雷",
    "محمد".encode(): "محمد",
    "a\u202eb".encode(): "a b",
    b"  two  spaces ": "two spaces",
    b"tab\there": "tab here",
    b"$(reboot)": "$(reboot)",
}


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_names_are_made_printable_at_the_door(tmp_path, name):
    folder = os.fsencode(tmp_path) + b"/" + name
    os.mkdir(folder)
    with open(folder + b"/05_numbers.ipynb", "wb") as file:
        file.write(notebook())
    (found,) = find(tmp_path, settings()).submissions
    assert found.student == NAMES[name]
    assert found.path == f"{NAMES[name]}/{NB}"
    assert found.path.isprintable()
    assert read(found, tmp_path).data == notebook()


def test_one_name_in_two_unicode_forms_is_one_learner_and_two_alike_are_two(tmp_path):
    for name in ("Jose\u0301", "Jos\u00e9", "a\tb", "a b"):
        place(tmp_path, f"{name}/{NB}", notebook())
    found = find(tmp_path, settings())
    assert sorted({one.student for one in found.submissions}) == ["José", "a b", "a b (2)"]
    said = " ".join(found.remarks)
    assert "two Unicode forms" in said
    assert "Two names on the disk both read a b" in said


# ------------------------------------------------------------------------------- all else
def reason_of(tmp_path, name, data):
    place(tmp_path, f"ada/{name}", data)
    (found,) = find(tmp_path, settings()).submissions
    assert found.student == "ada"
    return read(found, tmp_path).reason


TEXT = notebook().decode()
ODD_FILES = {
    "05.json": (notebook(), "rename it to 05.ipynb"),
    "05.ipynb.txt": (notebook(), "rename it to 05.ipynb"),
    "05.IPYNB": (notebook(), "rename it to 05.ipynb"),
    "05.Ipynb": (notebook(), "in capitals"),
    "05.ipynb.json": (notebook(), "rename it to 05.ipynb"),
    "05": (notebook(), "rename it to 05.ipynb"),
    "05.txt": (notebook(), "rename it to 05.ipynb"),
    "05.ipynb.crdownload": (b"half", "does not end in .ipynb"),
    "05.ipynb.docx": (b"PK\x03\x04", "does not end in .ipynb"),
    "05.html": (b"<!DOCTYPE html>", "printed or exported copy"),
    "05.pdf": (b"%PDF-1.7", "printed or exported copy"),
    "05.py": (b"x = 1", "printed or exported copy"),
    "05.docx": (b"PK", "printed or exported copy"),
    "05.rar": (b"Rar!", "not opened here"),
    "05.7z": (b"7z", "not opened here"),
    "05.tar.gz": (b"\x1f\x8b", "not opened here"),
    "05.zip": (b"PK no zip", "damaged, or it is not a zip"),
    "empty.zip": (zipped(), "archive is empty"),
    "photo.heic": (b"x", "no notebook here, only photo.heic"),
}


@pytest.mark.parametrize("name", ODD_FILES)
def test_what_is_not_a_notebook_is_listed_with_a_sentence_that_helps(tmp_path, name):
    data, words = ODD_FILES[name]
    assert words in reason_of(tmp_path, name, data)


ODD_CONTENTS = {
    "UTF-16 with a mark": ("\ufeff" + TEXT).encode("utf-16-le"),
    "UTF-16": TEXT.encode("utf-16-le"),
    "UTF-16, the other way": TEXT.encode("utf-16-be"),
}
SENTENCES = {
    "a saved page": (b"\n<!DOCTYPE html><html><head>", "web page"),
    "a saved page, in capitals": (b"<HTML>", "web page"),
    "conflict markers": (
        b'<<<<<<< HEAD\n{"cells": []\n=======\n{}\n>>>>>>> x\n',
        "conflict markers",
    ),
    "nbformat as text": (notebook().replace(b'"nbformat": 4', b'"nbformat": "4"'), 'text "4"'),
    "no nbformat": (b'{"cells": []}', "no format"),
    "a PDF": (b"%PDF-1.4 x", "PDF"),
    "a zip": (zipped(NB), "zip archive under another name"),
    "gzip": (b"\x1f\x8b\x08\x00", "compressed"),
    "latin-1": (TEXT.replace("number", "numbér").encode("latin-1"), "not text in UTF-8"),
    "empty": (b"", "empty"),
    "blanks": (b" \n", "empty"),
    "half of it": (notebook()[:300], "damaged"),
    "a list": (b"[1]", "not a notebook"),
    "settings": (b'{"a": 1}', "not a notebook"),
}
SENTENCES |= {name: (data, "UTF-16") for name, data in ODD_CONTENTS.items()}


@pytest.mark.parametrize("name", SENTENCES)
def test_contents_that_cannot_be_graded_are_named(tmp_path, name):
    from nncourse.grading.marking import grade_submission

    data, words = SENTENCES[name]
    place(tmp_path, f"ada/{NB}", data)
    (found,) = find(tmp_path, settings()).submissions
    outcome = grade_submission(read(found, tmp_path), settings())
    assert outcome["status"] == "rejected"
    assert words in outcome["reason"]


def test_a_byte_order_mark_does_no_harm(tmp_path):
    place(tmp_path, f"ada/{NB}", b"\xef\xbb\xbf" + notebook())
    (found,) = find(tmp_path, settings()).submissions
    assert found.reason == ""


def test_links_folders_and_pipes(tmp_path):
    put(tmp_path / "in", f"ada/{NB}")
    place(tmp_path, f"homes/cleo/{NB}", work("c"))
    place(tmp_path, "secret.ipynb", work("s"))
    (tmp_path / "in" / "cleo").symlink_to(tmp_path / "homes" / "cleo")
    (tmp_path / "in" / "ben").mkdir()
    (tmp_path / "in" / "ben" / NB).symlink_to(tmp_path / "secret.ipynb")
    (tmp_path / "in" / "dora").mkdir()
    (tmp_path / "in" / "dora" / NB).mkdir()
    (tmp_path / "in" / "round").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "in" / "emil").mkdir()
    os.mkfifo(tmp_path / "in" / "emil" / NB)
    found = {one.student: one.reason for one in find(tmp_path / "in", settings()).submissions}
    assert found["ada"] == found["cleo"] == ""
    assert "link to somewhere else" in found["ben"]
    assert "empty folder that is called like a notebook" in found["dora"]
    assert "back into this folder" in found["round"]
    assert "leads nowhere" in found["nowhere"]
    assert "not an ordinary file" in found["emil"]


def test_a_link_that_is_put_there_meanwhile_is_not_followed(tmp_path):
    put(tmp_path, f"ada/{NB}")
    (found,) = find(tmp_path, settings()).submissions
    (tmp_path / "ada" / NB).unlink()
    (tmp_path / "ada" / NB).symlink_to("/etc/passwd")
    assert "link" in read(found, tmp_path).reason


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_folder_that_cannot_be_read_costs_nobody_else(tmp_path, monkeypatch):
    put(tmp_path, f"ada/{NB}", f"ben/{NB}", f"ben/more/{NB}", f"cleo/{NB}")
    scandir = os.scandir

    def refuse(folder):
        if os.fspath(folder).endswith(("ada", "more")):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find(tmp_path, settings())
    reasons = {one.student: one.reason for one in found.submissions}
    assert "cannot be read: Permission denied" in reasons["ada"]
    assert reasons["ben"] == reasons["cleo"] == ""
    assert any("ben/more" in path and "Permission" in why for path, why in found.aside)


def test_every_entry_is_accounted_for(tmp_path):
    put(tmp_path, f"ada/{NB}", f"ada/.ipynb_checkpoints/{NB}", f"ben/course/venv/lib/{NB}")
    for path in ("ada/data.csv", "ada/helpers.py", "ben/notes.txt", "ben/course/venv/pyvenv.cfg"):
        place(tmp_path, path, b"x")
    place(tmp_path, "cleo/.DS_Store", b"x")
    place(tmp_path, "readme.txt", b"x")
    place(tmp_path, "grades/overrides.csv", b"x")
    place(tmp_path, "grades/results.json", b"x")
    found = find(tmp_path, settings())
    listed = [one.path for one in found.submissions] + [path for path, _ in found.aside]
    for path in ("ada/data.csv", "ada/helpers.py", "ada/.ipynb_checkpoints", "ben/course/venv"):
        assert path in listed
    assert all(why for _, why in found.aside)
    assert [one.student for one in found.submissions] == ["ada", "ben"]


# ------------------------------------------------------------------------------- what is ours
@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of its own: what it gave out, by name."""
    given = {
        "lessons": notebook(before=["# the lesson"], after=[f"print({n})" for n in range(20)]),
        "solutions": notebook(after=["# the course's answers"]),
        "exercises": notebook(my_mean="def my_mean(x):\n    raise NotImplementedError()"),
    }
    for kind, data in given.items():
        place(tmp_path / "course", f"{kind}/{NB}", data)
    monkeypatch.setattr(given_out, "ROOT", tmp_path / "course")
    given_out.notebooks.cache_clear()
    yield SimpleNamespace(**given)
    given_out.notebooks.cache_clear()


def test_a_whole_repository_handed_in_is_its_exercises_alone(tmp_path, course):
    top = "ben/course-main"
    place(tmp_path / "in", f"{top}/lessons/{NB}", course.lessons)
    place(tmp_path / "in", f"{top}/solutions/{NB}", course.solutions)
    place(tmp_path / "in", f"{top}/solutions/06_more.ipynb", work("changed"))
    put(tmp_path / "in", f"{top}/exercises/{NB}")
    (found,) = find(tmp_path / "in", settings()).submissions
    assert (found.student, found.path, found.reason) == ("ben", f"{top}/exercises/{NB}", "")


def test_a_hubs_home_folder_through_a_link_is_what_was_written_in_it(tmp_path, course):
    home = tmp_path / "homes" / "ada" / "nn-course"
    for kind in ("lessons", "solutions", "exercises"):
        place(home, f"{kind}/{NB}", getattr(course, kind))
        place(home, f"my/{kind}/{NB}", getattr(course, kind))
    put(home, f"my/exercises/{NB}", "my/kept/exercises/05-2026.ipynb", f".venv/x/{NB}")
    put(home, f"my/exercises/.ipynb_checkpoints/{NB}", f"env/x/{NB}")
    place(home, "env/pyvenv.cfg", b"x")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada").symlink_to(home.parent)
    found = find(tmp_path / "in", settings())
    assert [(one.student, one.path, one.reason) for one in found.submissions] == [
        ("ada", f"ada/nn-course/my/exercises/{NB}", "")
    ]
    assert found.remarks == []
    assert read(found.submissions[0], tmp_path / "in").data == work(f"my/exercises/{NB}")


def test_the_course_itself_is_no_folder_of_submissions(tmp_path, course):
    with pytest.raises(NotADirectoryError, match="is the course itself"):
        find(tmp_path / "course", settings())


def test_an_untouched_repository_is_nobodys_work(tmp_path, course):
    for kind in ("lessons", "solutions", "exercises"):
        place(tmp_path / "in", f"ben/course-main/{kind}/{NB}", getattr(course, kind))
    (found,) = find(tmp_path / "in", settings()).submissions
    assert "as it was handed out, with no answer in it" in found.reason


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("lessons", "the lesson, not its exercises"),
        ("solutions", "the course's own solution"),
        ("exercises", "as it was handed out"),
    ],
)
def test_what_was_given_out_earns_nothing_under_any_name(tmp_path, course, kind, words):
    data = json.loads(getattr(course, kind))
    data["metadata"] = {"opened": "and saved"}
    for cell in data["cells"]:
        cell["outputs"] = []
        cell["id"] = "new"
    place(tmp_path / "in", "ada/final.ipynb", json.dumps(data).encode())
    place(tmp_path / "in", f"ben/{NB}", work("ben"))
    found = {one.student: one.reason for one in find(tmp_path / "in", settings()).submissions}
    assert words in found["ada"]
    assert found["ben"] == ""


def test_what_was_given_out_beside_ones_own_work_is_put_aside(tmp_path, course):
    place(tmp_path / "in", f"ada/{NB}", work("ada"))
    place(tmp_path / "in", "ada/05_numbers_original.ipynb", course.exercises)
    found = find(tmp_path / "in", settings())
    assert [one.path for one in found.submissions] == [f"ada/{NB}"]
    assert "handed out" in dict(found.aside)["ada/05_numbers_original.ipynb"]
    assert found.remarks == []


# ------------------------------------------------------------------------------- archives
def test_a_bomb_costs_no_more_than_its_limit(tmp_path):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(NB, b"0" * 200_000_000)
    place(tmp_path, "ada.zip", made.getvalue())
    put(tmp_path, f"ben/{NB}")
    found = {one.student: one for one in find(tmp_path, settings()).submissions}
    assert "more than the 30 MB" in read(found["ada"], tmp_path).reason or found["ada"].reason
    assert found["ben"].reason == ""


def test_a_size_that_lies_is_noticed(tmp_path):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(NB, b"0" * 60_000_000)
    data = made.getvalue().replace((60_000_000).to_bytes(4, "little"), (90).to_bytes(4, "little"))
    place(tmp_path, "ada.zip", data)
    (found,) = find(tmp_path, settings()).submissions
    with pytest.raises(Rejected):
        contents(found.source)


@pytest.mark.parametrize(
    "name", ["../../evil.ipynb", "/etc/evil.ipynb", "..\\evil.ipynb", "C:/e.ipynb"]
)
def test_a_name_that_leads_outside_leads_nowhere(tmp_path, name):
    place(tmp_path / "in", "ada.zip", zipped(name))
    found = find(tmp_path / "in", settings()).submissions
    assert [one.reason for one in found] == [
        "Its name leads out of the archive, so it is not opened."
    ]
    assert sorted(os.listdir(tmp_path)) == ["in"]


def test_a_link_and_a_password_in_an_archive(tmp_path):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo(NB)
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    place(tmp_path, "ada.zip", made.getvalue())
    (found,) = find(tmp_path, settings()).submissions
    assert "link in the archive" in found.reason
    data = bytearray(zipped(NB))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + at] |= 1
    place(tmp_path, "ada.zip", bytes(data))
    (found,) = find(tmp_path, settings()).submissions
    assert "password" in read(found, tmp_path).reason


def test_archives_in_archives_end_somewhere(tmp_path):
    data = zipped(NB)
    for _ in range(6):
        data = zipped(**{"more.zip": data})
    place(tmp_path, "ada.zip", data)
    (found,) = find(tmp_path, settings()).submissions
    assert "too deep" in found.reason


def test_a_zip_that_is_cut_off(tmp_path):
    place(tmp_path, "ada.zip", zipped(NB, "06.ipynb")[:-200])
    put(tmp_path, f"ben/{NB}")
    found = {one.student: one.reason for one in find(tmp_path, settings()).submissions}
    assert "damaged" in found["ada"]
    assert found["ben"] == ""
