"""Due dates: grace, a penalty for each day that has begun, and extensions, from deadlines.csv.

    lesson,due,grace,penalty,most,student,handed in,reason
    05,2026-10-01 23:59,30 min,10%,50%,,,
    05,2026-10-08 23:59,,,,ada,,ill
    05,,,,,ben,2026-10-02 09:00,the platform did not say when

A line with a student, or with a group of the roster, is an extension; what is empty there is as for
all. The penalty is a share of the points that were earned, for each day that has begun after the
grace; `most` bounds it. A time without a zone is this machine's.
"""

import math
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nncourse.grading import tables
from nncourse.grading.names import key, near

COLUMNS = ("lesson", "due")
WORDS = "lesson,due,grace,penalty,most,student,handed in,reason"
UNITS = {"": 60, "m": 60, "min": 60, "h": 3600, "d": 86400}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """When a lesson is due for one learner, and what lateness costs."""

    due: datetime | None = None
    grace: timedelta = timedelta(0)
    penalty: float = 0.0  # share of the earned points, per day that has begun
    most: float = 1.0
    handed_in: datetime | None = None  # as a person says
    reason: str = ""


@dataclass(frozen=True)
class Lateness:
    """What a due date makes of one submission: .share of the points is taken; .says why."""

    share: float = 0.0
    says: str = ""
    unknown: bool = False  # it is late, or may be, and nobody says by how much


class Deadlines:
    """The lines of deadlines.csv; of() gives the Rule for one learner and lesson."""

    def __init__(self, rows=()):
        self.rows = list(rows)  # [(lesson, who or "", {field: value})]

    def __bool__(self):
        return bool(self.rows)

    def of(self, student, group, lesson):
        """The Rule, or None when nothing is said about this lesson."""
        found = None
        for wanted in (lambda who: not who, lambda who: who == group != "", lambda w: w == student):
            for number, who, fields in self.rows:
                if number == lesson and wanted(who):
                    found = replace(found or Rule(), **fields)
        return found

    def judge(self, student, group, outcome):
        """The Lateness of an outcome."""
        rule = self.of(student, group, outcome["lesson"])
        if rule is None or rule.due is None:
            return Lateness()
        when = rule.handed_in or aware(outcome.get("when"))
        due = f"{rule.due:%Y-%m-%d %H:%M}"
        if when is None:
            if not outcome.get("late"):
                return Lateness(0, f"Due {due}; when it was handed in is not known.", True)
            says = f"Handed in after it was due ({due}), but it is not known when: no points taken."
            return Lateness(0, says, True)
        over = when - rule.due - rule.grace
        if over <= timedelta(0):
            return Lateness()
        days = math.ceil(over / DAY)
        share = min(rule.most, days * rule.penalty)
        late = f"Handed in {when:%Y-%m-%d %H:%M}, {days} {'day' if days == 1 else 'days'} late"
        return Lateness(share, f"{late}: {100 * share:g}% of the points are taken.")


def read(path, lessons, students=(), groups=()):
    """The Deadlines in a table; TableError names the line that cannot be understood."""
    made = []
    for number, row in tables.read(path, COLUMNS, WORDS, last="reason"):
        where = f"{path}, line {number}"
        lesson = row["lesson"].split("_")[0].zfill(2)
        if lesson not in lessons:
            raise tables.TableError(f"{where}: there is no lesson {row['lesson']!r}.")
        who = row.get("student") or row.get("learner") or row.get("group") or ""
        made.append((lesson, known(who, students, groups, where), fields_of(row, where)))
    return Deadlines(made)


def known(who, students, groups, where):
    """The student or group that is meant, whatever its capitals."""
    if not who:
        return ""
    for one in (*students, *groups):
        if one == who:
            return one
    alike = [one for one in (*students, *groups) if key(one) == key(who)]
    if len(alike) == 1:
        return alike[0]
    close = near(who, (*students, *groups))
    hint = f" Near it: {', '.join(close)}." if close else ""
    raise tables.TableError(f"{where}: there is no learner and no group {who!r}.{hint}")


def fields_of(row, where):
    readers = {
        "due": ("due", time),
        "grace": ("grace", duration),
        "penalty": ("penalty", percent),
        "most": ("most", percent),
        "handed in": ("handed_in", time),
        "reason": ("reason", str),
    }
    fields = {}
    for column, (field, reader) in readers.items():
        if row.get(column):
            try:
                fields[field] = reader(row[column])
            except ValueError:
                raise tables.TableError(
                    f"{where}: {column} is {row[column]!r}, expected something like "
                    f"{EXAMPLES[column]}."
                ) from None
    return fields


EXAMPLES = {
    "due": "2026-10-01 23:59",
    "handed in": "2026-10-01 23:59",
    "grace": "30 min, 2 h or 1 d",
    "penalty": "10%",
    "most": "50%",
}


def time(text):
    """A time; a date alone is the end of that day."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        text += " 23:59:59"
    return datetime.fromisoformat(text).astimezone()


def aware(text):
    return datetime.fromisoformat(text).astimezone() if text else None


def duration(text):
    match = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*([a-z]*)", text.lower())
    unit = match and (match[2] if match[2] in UNITS else match[2][:1])
    if not match or unit not in UNITS or (match[2] and match[2][0] not in "mhd"):
        raise ValueError(text)
    return timedelta(seconds=tables.number_of(match[1]) * UNITS[unit])


def percent(text):
    value = tables.number_of(text.rstrip("% ").strip()) / 100
    if not 0 <= value <= 1:
        raise ValueError(text)
    return value
