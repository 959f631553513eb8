"""Finds the submissions in a folder, and tells whose they are; says so where it cannot.

These ways of handing in are understood, each also in a zip, and one level further down:
    FOLDER/05_loss_functions.ipynb                      one learner's notebooks, side by side
    FOLDER/ada__05_loss_functions.ipynb                 many learners', each with a name in front
    FOLDER/STUDENT/05_loss_functions.ipynb              a folder, a zip or a link for each learner
    FOLDER/week5/STUDENT/..., FOLDER/STUDENT/week5/...  with the assignment or the group around it
    FOLDER/submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb  nbgrader's, with late/ beside it
    submission_123/..., submission_metadata.yml         Gradescope's export
    Ada Beispiel_123_assignsubmission_file_...          Moodle's, as folders or flat
    beispielada_LATE_123_456_....ipynb                  Canvas's
    Week5_ada_attempt_2024-10-01-12-00-00_....ipynb     Blackboard's
    123-456 - Ada Beispiel - Oct 1, 2024 1200 PM - ...  Brightspace's
A roster or a pattern says it where none of them fits.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from nncourse import exercises
from nncourse.grading import given_out, tree
from nncourse.grading.names import key, near, raw, shown
from nncourse.grading.roster import EMPTY
from nncourse.grading.submissions import (
    Rejected,
    Submission,
    contents,
    fingerprint,
    parse,
    raw_cells,
    read_cells,
    read_prose,
    source_of,
    which_lesson,
)
from nncourse.grading.systems import (
    BLACKBOARD,
    GRADESCOPE,
    NBGRADER,
    Who,
    changed,
    read_gradescope,
    time_of,
    who_of_name,
)

LARGE = 5_000_000  # bytes; a larger notebook is told by its bytes, not read here
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
PRINTED = (".pdf", ".docx", ".doc", ".odt", ".html", ".htm", ".mhtml", ".py", ".md", ".png", ".jpg")


class WhoIsWho(Exception):
    """It cannot be told whose a notebook is; the message says what to do."""


@dataclass
class Found:
    """What find() found: submissions, [(path, why)] of all else, and remarks to be read first."""

    submissions: list = field(default_factory=list)
    aside: list = field(default_factory=list)
    remarks: list = field(default_factory=list)


@dataclass
class Item:
    """An Entry, whose it is, and what a look at its contents has told."""

    entry: tree.Entry
    who: Who | None = None
    lesson: str = ""
    digest: str = ""
    ours: str = ""  # what it is when we gave it out
    reason: str = ""  # why it is not a notebook that could be graded
    aside: str = ""  # why it is nobody's

    @property
    def is_notebook(self):
        return self.entry.name.endswith(".ipynb")


def find(folder, settings=None, roster=EMPTY, pattern=None):
    """Found: the submissions in a folder or an archive, by name, not yet read().

    settings has .lessons and .names; without it, those of the course. Raises NotADirectoryError
    when there is no such folder, and WhoIsWho when it cannot be told whose a notebook is.
    """
    folder = Path(folder)
    if not folder.is_dir() and not (folder.is_file() and folder.suffix.lower() == ".zip"):
        raise NotADirectoryError(
            f"{folder} is not a folder, nor a zip: put the submissions into one."
        )
    if folder.resolve() == given_out.ROOT:
        raise NotADirectoryError(
            f"{folder} is the course itself: name the folder of what was handed in."
        )
    lessons, names = (settings.lessons, settings.names) if settings else of_the_course()
    found, items, clones = Found(), [], set()
    for entry in tree.walk(folder):
        if entry.skipped:
            clones |= {entry.parts[:-1]} if entry.parts[-1] == ".git" else set()
            found.aside.append((entry.path, entry.skipped))
        else:
            items.append(look(Item(entry), lessons, names))
    finder = Finder(folder, items, roster, pattern, found, clones)
    finder.assign()
    finder.collect()
    return found


def of_the_course():
    numbers = exercises.lessons()
    names = {
        number: path.stem
        for number in numbers
        for path in (given_out.ROOT / "exercises").glob(f"{number}_*")
    }
    return {number: f"nncourse.exercises.lesson_{number}" for number in numbers}, names


# ------------------------------------------------------------------------------ a look inside
def look(item, lessons, names):
    """Fill in what the contents of an entry say: the lesson, whether it is ours, or what it is."""
    entry, name = item.entry, item.entry.name
    lower = name.lower()
    if entry.empty and item.is_notebook:
        item.reason = "This is an empty folder that is called like a notebook: hand in the file."
    elif entry.note or entry.empty:
        item.reason = entry.note
    elif item.is_notebook:
        look_at_notebook(item, lessons, names)
    elif lower.endswith(OTHER_ARCHIVES):
        item.reason = (
            "This kind of archive is not opened here: hand in the notebook itself, or a zip."
        )
    elif lower.endswith((".ipynb", ".json", ".txt")) or "ipynb" in lower or "." not in lower:
        item.reason = under_another_name(item)
    return item


def look_at_notebook(item, lessons, names):
    try:
        data = contents(item.entry.source)
    except Rejected as rejected:
        item.reason = str(rejected)
        return
    item.digest = str(hash(data))
    if len(data) > LARGE:
        found = re.findall(rb'check\(\\"(\d\d)\.\d', data)
        number = found[0].decode() if found else ""
        item.lesson = number if number in lessons else ""
        return
    try:
        cells = read_cells(data)
        item.digest = fingerprint(cells)
        item.lesson = which_lesson(cells, item.entry.path, lessons, read_prose(data), names)
    except Rejected:
        return  # grading says why
    item.ours = given_out.what(item, cells)


def under_another_name(item):
    """A sentence when a file that does not end in .ipynb is a notebook, else empty."""
    name = item.entry.name
    stem = re.sub(r"\.(ipynb|json|txt)(\.(json|txt))*$", "", name, flags=re.IGNORECASE)
    rename = f"rename it to {stem}.ipynb, and hand it in again."
    if name.lower().endswith(".ipynb"):
        return f"Its ending is written in capitals, so it is not known as a notebook: {rename}"
    try:
        data = contents(item.entry.source)
        cells = raw_cells(parse(data))
    except Rejected:
        if "ipynb" in name.lower():
            return f"The name says that it is a notebook, but it does not end in .ipynb: {rename}"
        return ""
    item.digest = str(hash(data))
    if any(source_of(cell) for cell in cells if isinstance(cell, dict)):
        return f"This is a notebook, but its name does not end in .ipynb: {rename}"
    return ""


# ------------------------------------------------------------------------------- whose it is
IN_FRONT = re.compile(r"(?P<name>.+?)__(?P<rest>.+)\.(?i:ipynb|zip)", re.DOTALL)
NUMBERED = r"(?:[ _.-]*(?:no\.?|nr\.?|#)?[ _.-]*\d{1,3}[a-z]?|[ _.-]+[a-z])?"
AROUND = re.compile(  # what a folder is called that holds learners, or is held by one
    r"(?:(?:week|wk|day|ps|hw|homework|assignments?|assg|lessons?|exercises?|ex|sheet|unit|module|"
    r"lab|project|problems?|problem[ _-]?set|task|quiz|exam|test|groups?|gruppen?|team|section|sec|"
    r"class|course|cohort|tutorial|tut|blatt|uebung|übung|aufgabe|abgaben?|woche|term|semester|"
    r"submissions?|submitted[ _]files|submitted|handins?|uploads?|downloads?|all|everyone|students|"
    r"learners|homes?|export|archive|files|attempts?|version|v|try|old|new|final|backup|copy|draft|"
    r"kopie|my|work|solutions?|notebooks?|desktop|documents?|data|src|late)"
    + NUMBERED
    + r"|(?:group|gruppe|team|section|class|tutorial)[a-z]|\d\d[_-][a-z]\w*)",
    re.IGNORECASE,
)
GROUP = re.compile(r"(?:group|gruppe|team|pair|section)(?:[ _.-]*\w{1,3})?", re.IGNORECASE)
PERSON = re.compile(
    r"(?:(?:submission|student|learner|user|participant|candidate|anon\w*|person)[ _.-]*\d+|\d+)",
    re.IGNORECASE,
)
VERSION = re.compile(
    r"[ _.-]*(?:\(\d+\)|-\d{1,2}|[ _-](?:copy|kopie|copie|final|finished|done|new|neu|old|alt|last|"
    r"v|version|draft|backup|fixed|again|resubmit\w*|corrected)[ _-]*\d*(?: ?\(\d+\))?)+$",
    re.IGNORECASE,
)
HOW = (
    'Say who is who: with --pattern, like --pattern "{pattern}", or with a roster, '
    "--roster FILE.csv, whose names stand in the paths."
)


class Finder:
    """Tells for each Item whose it is, from what systems write, then from how folders lie."""

    def __init__(self, folder, items, roster, pattern, found, clones):
        self.folder, self.items, self.roster, self.found = folder, items, roster, found
        self.pattern = as_pattern(pattern) if pattern else None
        self.clones = clones  # folders with a .git in them
        self.times = {}  # folder: the time in nbgrader's timestamp.txt
        self.texts = {}  # what Blackboard's note says: {beginning of the file's name: user}
        self.loose = []  # files that name nobody
        self.lists = {}  # Gradescope's: {folder: {submission: Who}}
        self.nbgrader = any(item.entry.parts[0] == "submitted" for item in items) and any(
            len(item.entry.parts) > 3 for item in items if item.entry.parts[0] == "submitted"
        )
        for item in items:
            self.read_notes(item)

    def assign(self):
        left = []
        for item in self.items:
            if self.nbgrader and item.entry.parts[0] in NBGRADER:
                item.aside = "nbgrader's own folder."
                continue
            item.who = self.from_pattern(item) if self.pattern else self.from_system(item)
            if item.who is None and not self.pattern:
                left.append(item)
        known = {item.entry.parts[0] for item in self.items if item.who}
        for item in left:
            in_known = len(item.entry.parts) > 1 and item.entry.parts[0] in known
            if in_known and not (item.digest or item.reason):
                item.aside = self.why_aside(item)
        left = [item for item in left if not item.aside]
        if left:
            self.from_folders(left, 0, ())
            self.check_loose()
        self.check_names()

    # ---------------------------------------------------------------- what systems write
    def read_notes(self, item):
        """Take in the small files in which a system says who handed in, and when."""
        entry, name = item.entry, item.entry.parts[-1]
        if entry.note or entry.empty:
            return
        if name == GRADESCOPE:
            self.lists[entry.parts[:-1]] = self.gradescope(item)
        elif name == "timestamp.txt":
            self.times[entry.parts[:-1]] = time_of(small_text(entry))
        elif name.endswith(".txt") and (match := BLACKBOARD.match(shown(name))):
            said = re.search(r"^Name:.*\(([^()\n]+)\)\s*$", small_text(entry), re.MULTILINE)
            if said:
                self.texts[match["before"]] = shown(said[1])

    def gradescope(self, item):
        try:
            found = read_gradescope(contents(item.entry.source))
        except (Rejected, ValueError) as error:
            self.found.remarks.append(
                f"Gradescope's list {item.entry.path} cannot be read ({error}): learners are "
                "called as their folders are."
            )
            return {}
        for name, who in found.items():
            if who.student == name:
                self.found.remarks.append(f"Gradescope's list names nobody for {name}.")
        return found

    def from_system(self, item):
        """The Who that a system has written into a name, or None."""
        parts = [shown(part) for part in item.entry.parts]
        for depth, part in enumerate(item.entry.parts):
            who = self.lists.get(item.entry.parts[:depth], {}).get(part)
            if who:
                return who
        if self.nbgrader and parts[0] in ("submitted", "late") and len(parts) > 1:
            when = self.times.get(item.entry.parts[:-1]) or self.times.get(item.entry.parts[:3], "")
            return Who(parts[1], (parts[1],), when=when, late=parts[0] == "late")
        for depth, part in enumerate(parts):
            who = who_of_name(part, depth == len(parts) - 1, self.texts)
            if who:
                return who
        if self.roster:
            return self.from_roster(parts)
        return None

    def from_roster(self, parts):
        """The learner of the roster whose name stands in a path; None if there is none, or two."""
        *folders, file = parts
        stem = re.sub(r"\.\w+$", "", file)
        names = [plain(name) for name in folders]
        found = {self.roster.find([name]) for name in names} - {None}
        if not found:  # week5-ada
            ends = [
                re.split(r"[_\s.-]+", name, maxsplit=n)[-1] for name in names for n in (1, 2, 3)
            ]
            found = {self.roster.find([end]) for end in ends} - {None}
        if not found:
            pieces = [stem, *stem.split("__")[:1], *re.split(r"[_\s.-]+", stem)]
            found = {self.roster.find([piece]) for piece in pieces} - {None}
        if not found:
            found = {
                student
                for student in self.roster.learners
                if len(key(student)) > 4 and key(student) in key(stem)
            }
        return Who(next(iter(found))) if len(found) == 1 else None

    def from_pattern(self, item):
        match = self.pattern.fullmatch(item.entry.path)
        return Who(match["student"].strip(), (match["student"],)) if match else None

    # ---------------------------------------------------------------- how folders lie
    def from_folders(self, items, depth, above):
        """Assign items that lie at this depth: loose files, then each folder with all in it."""
        loose = [item for item in items if len(item.entry.parts) == depth + 1]
        is_zip = [item for item in loose if item.entry.name.lower().endswith(".zip")]
        empty = [item for item in loose if item.entry.empty]
        folders = defaultdict(list)
        for item in items:
            if len(item.entry.parts) > depth + 1:
                folders[item.entry.parts[depth]].append(item)
        for item in (*is_zip, *empty):  # nothing could be got out of them
            folders[item.entry.parts[depth]].append(item)
        loose = [item for item in loose if item not in is_zip and item not in empty]
        self.loose_files(loose)
        beside = any(not is_around(plain(name)) for name in folders)
        inner = {
            name: below
            for name, below in folders.items()
            if self.holds_learners(name, below, depth, beside)
        }
        learners = {name: below for name, below in folders.items() if name not in inner}
        crowded = {
            name: below
            for name, below in learners.items()
            if self.is_crowded(below, depth + 1, len(learners) == 1)
        }
        if crowded:
            with_work = [below for below in learners.values() if any(one.digest for one in below)]
            if all(self.lies_deeper(below, depth + 1) for below in with_work):
                inner |= learners
                learners = {}
                for name, below in crowded.items():
                    people = sorted({shown(one.entry.parts[depth + 1]) for one in below})
                    self.found.remarks.append(
                        f"{shown(name)} holds the work of several, so the folders in it are the "
                        f"learners: {some(people)}."
                    )
            else:
                raise WhoIsWho(self.unclear(crowded, depth))
        prefix = classroom_prefix(learners, above, self.clones)
        for name, below in learners.items():
            student = plain(name)[len(prefix) :]
            for item in below:
                item.who = Who(student, (student, plain(name)))
        for name, below in inner.items():
            self.from_folders(below, depth + 1, (*above, name))

    def loose_files(self, files):
        """Files beside each other: of the learner in front of "__", or of the folder's owner."""
        for item in files:
            match = IN_FRONT.fullmatch(item.entry.name)
            if match and not re.match(r"\d\d([_. -]|$)", match["name"]):
                item.who = Who(match["name"], (match["name"],))
            else:
                item.who = Who(shown(self.folder.resolve().stem))
                self.loose.append(item)

    def check_loose(self):
        """List loose files that lie beside learners' own; stop where they are of several."""
        loose = {id(item) for item in self.loose}
        if any(item.who and id(item) not in loose for item in self.items):
            for item in self.loose:
                if item.digest or item.reason:
                    item.reason = item.reason or (
                        "It lies beside the learners' own, and does not say whose it is: put it "
                        "into a folder that is called as its learner is."
                    )
                else:
                    item.aside = self.why_aside(item)
            return
        items = [item for item in self.loose if item.digest and not item.ours]
        if too_many(items):
            names = [item.entry.path for item in items]
            raise WhoIsWho(
                "It cannot be told whose these are, for no name of a learner is known in them: "
                f"{some(names)}. {HOW.format(pattern=proposal(items))}"
            )

    def holds_learners(self, name, below, depth, beside):
        """Whether a folder is not a learner's, but around learners or their work, by its name.

        beside: folders beside it are learners', so one with nothing but work in it is one, too.
        """
        called = plain(name)
        if self.roster and self.roster.find([called]):
            return False
        if PERSON.fullmatch(called) or not AROUND.fullmatch(called):
            return False
        inner = (
            one.entry.parts[depth + 1 : None if one.entry.empty else -1]
            for one in below
            if one.entry.empty or one.digest or one.reason
        )
        if any(not is_around(plain(part)) for parts in inner for part in parts):
            return True
        if beside and any(one.digest for one in below):
            self.found.remarks.append(
                f"The folder {called} is taken for a learner's, as those beside it are."
            )
            return False
        return not GROUP.fullmatch(called)

    def is_crowded(self, below, depth, alone):
        """Whether the folders in a folder seem to be of different learners.

        alone: it is the only folder, so copies in it are of different learners too.
        """
        seen = defaultdict(dict)  # lesson: {fingerprint: the folder below}
        for item in below:
            if item.digest and not item.ours and not item.reason and len(item.entry.parts) > depth:
                place = plain(item.entry.parts[depth]) if len(item.entry.parts) > depth + 1 else ""
                seen[item.lesson][item.digest, place if alone else ""] = place
        for places in seen.values():
            names = set(places.values())
            if len(places) > 1 and len(names) > 1 and not any(is_around(name) for name in names):
                return True
        return False

    def lies_deeper(self, below, depth):
        """Whether all notebooks of a folder lie in folders of it that could be a learner's."""
        notebooks = [one for one in below if one.digest and not one.ours]
        return all(
            len(one.entry.parts) > depth + 1 and not is_around(plain(one.entry.parts[depth]))
            for one in notebooks
        )

    def unclear(self, crowded, depth):
        name, below = next(iter(crowded.items()))
        places = sorted({shown(one.entry.parts[depth + 1]) for one in below if one.digest})
        up = "*/" * depth
        pattern = f"{up}{shown(name)}/{{student}}/**"
        return (
            f"{shown(name)} has different notebooks of one lesson, in {some(places)}: it cannot be "
            f"told whether that is one learner or several. {HOW.format(pattern=pattern)}"
        )

    # ---------------------------------------------------------------- names, and what comes of all
    def check_names(self):
        """Look up each learner in the roster, and see to it that two learners have two names."""
        spelt = defaultdict(set)  # student: names on the disk that gave it
        for item in self.items:
            if item.who is None:
                continue
            listed = self.roster.find((item.who.student, *item.who.keys)) if self.roster else None
            if listed:
                item.who = changed(item.who, student=listed)
            else:
                item.who = changed(item.who, student=shown(item.who.student) or "?")
            others = tuple(self.roster.find([name]) or shown(name) for name in item.who.others)
            item.who = changed(item.who, others=others)
        by_raw = {}
        for item in self.items:
            if item.who is None or item.who.others or item.who.keys == ():
                continue
            for part in item.entry.parts:
                if shown(part) == item.who.student or plain(part) == item.who.student:
                    spelt[item.who.student].add(raw(part))
                    by_raw.setdefault((item.who.student, raw(part)), []).append(item)
                    break
        for student, raws in spelt.items():
            for number, one in enumerate(sorted(raws)[1:], start=2):
                if self.roster and student in self.roster.learners:
                    continue
                if plain(one.rstrip("\0")) == student and one.lower().endswith(".zip"):
                    continue  # ada/ and ada.zip are one learner's
                for item in by_raw[student, one]:
                    item.who = changed(item.who, student=f"{student} ({number})")
                self.found.remarks.append(
                    f"Two names on the disk both read {student}: they are {student} and {student} "
                    f"({number}) here."
                )
        self.remark_on_names()

    def remark_on_names(self):
        students = sorted({item.who.student for item in self.items if item.who})
        parts = {part for item in self.items for part in item.entry.parts}
        composed = defaultdict(set)
        for part in parts:
            composed[shown(part)].add(part)
            if any("\udc80" <= letter <= "\udcff" for letter in part):
                self.found.remarks.append(
                    f"A name on the disk is not in UTF-8; it is shown as {shown(part)}."
                )
        for name, forms in composed.items():
            if len({raw(form) for form in forms}) == 1 < len(forms):
                self.found.remarks.append(
                    f"{name} comes in two Unicode forms: that is one learner."
                )
        alike = defaultdict(list)
        for student in students:
            alike[student.casefold()].append(student)
        for same in alike.values():
            if len(same) > 1:
                self.found.remarks.append(
                    f"{' and '.join(same)} differ only in capitals: they count as two learners."
                )
        if self.roster:
            unknown = [s for s in students if s not in self.roster.learners]
            for student in unknown:
                close = near(student, self.roster.learners)
                hint = f" Near it: {some(close)}." if close else ""
                self.found.remarks.append(f"{student} is not on the roster.{hint}")

    def collect(self):
        """Make Submissions of the items, put all else aside, each with its sentence."""
        by_student = defaultdict(list)
        for item in self.items:
            if item.aside:
                self.found.aside.append((item.entry.path, item.aside))
                continue
            if item.who is None:
                item.reason = item.reason or "It does not fit the pattern, so it is nobody's."
                if item.is_notebook:
                    self.submit(item, Who("?"))
                else:
                    self.found.aside.append((item.entry.path, item.reason))
                continue
            by_student[item.who.student].append(item)
        for student, items in sorted(by_student.items()):
            self.one_learner(student, items)
        self.found.submissions.sort(key=lambda one: one.path)

    def one_learner(self, student, items):
        for item in items:
            item.ours = item.ours or given_out.in_a_copy_of_the_course(item, items)
        works = [item for item in items if item.is_notebook and not item.ours]
        nearly = [item for item in items if item.reason and not item.is_notebook and item.digest]
        broken = [item for item in items if item.entry.note and not item.is_notebook]
        handed_out = [item for item in items if item.ours]
        rest = [item for item in items if item not in (*works, *nearly, *broken, *handed_out)]
        for item in (*works, *nearly):
            self.submit(item)
        for item in broken:
            if works or nearly:
                self.found.aside.append((item.entry.path, item.entry.note))
            else:
                self.submit(item)
        alone = not (works or nearly or broken)
        for item in handed_out:
            if alone and not given_out.in_course_folder(item):
                item.reason = f"This is {item.ours}: hand in your own notebook from exercises/."
                self.submit(item)
            else:
                self.found.aside.append((item.entry.path, f"This is {item.ours}."))
        handed = alone and any(not given_out.in_course_folder(item) for item in handed_out)
        if alone and not handed:
            item = (rest or handed_out)[0]
            item.reason = absent(rest, handed_out)
            self.submit(item, path=self.home(item))
            rest = rest[1:] if rest else []
        for item in rest:
            self.found.aside.append((item.entry.path, self.why_aside(item)))
        self.remark_on_versions(student, works)

    def why_aside(self, item):
        if item.entry.empty:
            return "An empty folder."
        if item.entry.name in ("onlinetext.html", GRADESCOPE, "timestamp.txt"):
            return "Written by the system that collected the submissions."
        return item.reason or "Not a notebook, so it was not looked at."

    def home(self, item):
        """The path of the folder that a learner without a notebook handed in."""
        parts = item.entry.parts
        for depth, part in enumerate(parts, start=1):
            if plain(part) == item.who.student or who_of_name(shown(part), False):
                return "/".join(shown(one) for one in parts[:depth])
        return item.entry.path

    def submit(self, item, who=None, path=None):
        who = who or item.who
        reason = item.reason
        self.found.submissions.append(
            Submission(
                who.student,
                path or item.entry.path,
                reason=reason,
                others=who.others,
                when=who.when or self.times.get(item.entry.parts[:-1], ""),
                late=who.late,
                source=item.entry.source,
            )
        )

    def remark_on_versions(self, student, works):
        by_lesson = defaultdict(dict)
        for item in works:
            if item.digest and not item.reason and item.lesson:
                by_lesson[item.lesson].setdefault(item.digest, item.entry.path)
        for lesson, versions in sorted(by_lesson.items()):
            if len(versions) > 1:
                self.found.remarks.append(
                    f"{student} has {len(versions)} different notebooks of lesson {lesson} "
                    f"({some(sorted(versions.values()))}); the better one counts. If they are of "
                    "several learners, say who is who with --pattern or --roster."
                )


def plain(name):
    """A folder's or an archive's name without .zip."""
    return re.sub(r"\.zip$", "", shown(name), flags=re.IGNORECASE)


def is_around(name):
    return bool(AROUND.fullmatch(name)) or name.lower() in given_out.COURSE or name == ""


def some(names, most=4):
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def too_many(items):
    """Whether notebooks side by side can hardly be of one learner."""
    by_lesson = defaultdict(dict)
    for item in items:
        if item.lesson and not item.reason:
            stem = VERSION.sub("", re.sub(r"\.ipynb$", "", item.entry.path))
            by_lesson[item.lesson].setdefault(key(stem), set()).add(item.digest)
    for stems in by_lesson.values():
        digests = set().union(*stems.values())
        if len(stems) > 1 and len(digests) > 1:
            return True
    return False


def proposal(items):
    """A pattern for files whose names begin and end alike."""
    names = [item.entry.path for item in items]
    start = names[0]
    for name in names:
        while not name.startswith(start):
            start = start[:-1]
    start = start[: max(start.rfind(sign) for sign in "_-/ ") + 1]
    rests = [name[len(start) :] for name in names]
    end = rests[0]
    for name in rests:
        while not name.endswith(end):
            end = end[1:]
    cut = min((end.find(sign) for sign in "_-. " if sign in end), default=0)
    return f"{start}{{student}}{end[cut:] or '*.ipynb'}"


def as_pattern(text):
    """{student} and the stars of a pattern as a regular expression over a whole path."""
    if text.count("{student}") != 1:
        raise WhoIsWho(f'--pattern has {{student}} once, like "{{student}}_*.ipynb"; got {text!r}.')
    made = re.escape(text)
    for sign, meaning in (
        (r"\*\*", ".*"),
        (r"\*", "[^/]*"),
        (r"\?", "[^/]"),
        (r"\{student\}", "(?P<student>[^/]+?)"),
    ):
        made = made.replace(sign, meaning)
    return re.compile(made, re.DOTALL)


def classroom_prefix(folders, above, clones):
    """What GitHub Classroom puts in front of every name, when folders are its repositories."""
    names = [plain(name) for name in folders]
    are_clones = folders and all((*above, name) in clones for name in folders)
    if len(names) < 2:
        return ""
    start = names[0]
    for name in names:
        while not name.startswith(start):
            start = start[:-1]
    start = start[: start.rfind("-") + 1]
    if not start or not (are_clones or AROUND.fullmatch(start.strip("-")) or start[:2].isdigit()):
        return ""
    return start if all(len(name) > len(start) for name in names) else ""


def absent(items, handed_out):
    """Why there is nothing to grade in a learner's folder."""
    files = [item.entry.name for item in items if not item.entry.empty]
    if handed_out and not files:
        return "There are only notebooks as they were handed out: hand in your own from exercises/."
    if not files:
        return "The folder is empty: hand in the notebook, a file that ends in .ipynb."
    if all(name == "onlinetext.html" for name in files):
        return "Only the text field was filled in: hand in the file that ends in .ipynb."
    said = next((item.reason for item in items if item.reason), "")
    printed = any(name.lower().endswith(PRINTED) for name in files)
    why = " A printed or exported copy cannot be run." if printed else ""
    return (
        f"There is no notebook here, only {some(files, 3)}: hand in the file that ends in .ipynb."
        f"{why} {said}".strip()
    )


def small_text(entry):
    try:
        return contents(entry.source)[:10_000].decode("utf-8", "replace").replace("\r", "")
    except Rejected:
        return ""
