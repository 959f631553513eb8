"""What the systems that collect submissions write into names and lists: who handed in, and when."""

import re
from dataclasses import dataclass
from datetime import datetime

GRADESCOPE = "submission_metadata.yml"
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_(?:assignsubmission_)?(?:file|onlinetext)(?:_|$)")
CANVAS = re.compile(r"(?P<name>[^_\s]+)_(?P<late>LATE_)?(?P<id>\d{3,})_\d{3,}_.+", re.DOTALL)
BLACKBOARD = re.compile(
    r"(?P<before>.*?_?(?P<name>[^_]+))_attempt_(?P<when>\d{4}(?:-\d\d){5})(?=[_.]|$)", re.DOTALL
)
BRIGHTSPACE = re.compile(
    r"(?P<id>\d+-\d+) ?- ?(?P<name>.+?) ?- ?(?P<when>[A-Z][a-z]+ \d{1,2}, \d{4} \d{3,4} [AP]M)\b"
)
SAKAI = re.compile(r"(?P<name>[^(),]+,[^(),]+)\((?P<id>[^()]+)\)")
NBGRADER = {"autograded", "feedback", "source", "release", "gradebook.db", "exchange"}


@dataclass(frozen=True)
class Who:
    """One learner as a system names them: .keys are other names, to look up in a roster."""

    student: str
    keys: tuple = ()
    others: tuple = ()
    when: str = ""
    late: bool = False


def who_of_name(part, is_file, users=()):
    """The Who that a system has written into one name of a path, or None.

    users: {how a name begins: the user}, where Blackboard's notes say it.
    """
    stem = re.sub(r"\.zip$", "", part, flags=re.IGNORECASE)
    if match := MOODLE.match(stem):
        return Who(f"{match['name']}_{match['id']}", (match["id"], match["name"]))
    if match := BLACKBOARD.match(stem):
        name = dict(users).get(match["before"], match["name"])
        return Who(name, (name,), when=time_of(match["when"]))
    if match := BRIGHTSPACE.match(stem):
        when = time_of(match["when"])
        return Who(f"{match['name']}_{match['id']}", (match["name"],), when=when)
    if (is_file or stem != part) and (match := CANVAS.fullmatch(part)):
        student = f"{match['name']}_{match['id']}"
        return Who(student, (match["id"], match["name"]), late=bool(match["late"]))
    if not is_file and (match := SAKAI.fullmatch(stem)):
        return Who(match["id"], (match["id"], match["name"]))
    return None


def changed(who, **changes):
    return Who(**(vars(who) | changes))


FORMATS = (
    "%Y-%m-%d-%H-%M-%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%b %d, %Y %I%M %p",
    "%B %d, %Y %I%M %p",
    "%Y%m%d%H%M%S%f",
)


def time_of(text):
    """A time as ISO 8601, with its zone where one is given; empty when it is none."""
    text = str(text).strip()
    zone = "+00:00" if re.search(r"\b(UTC|GMT)$|Z$", text) else ""
    text = re.sub(r"\s*(UTC|GMT|Z)$", "", text)
    try:
        return datetime.fromisoformat(text + zone).isoformat(timespec="seconds")
    except ValueError:
        pass
    for form in FORMATS:
        try:
            made = datetime.strptime(re.sub(r"\b(\d{3}) ([AP]M)", r"0\1 \2", text), form)
        except ValueError:
            continue
        return made.isoformat(timespec="seconds") + zone
    return ""


def read_gradescope(data):
    """{"submission_123": Who} from Gradescope's own list. Tags of Ruby are passed over."""
    import yaml  # comes with Jupyter

    class Loader(yaml.SafeLoader):
        """Plain values, whatever class of Ruby's they are said to be."""

    def untagged(loader, suffix, node):
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Loader.add_multi_constructor("!", untagged)
    Loader.add_multi_constructor("tag:", untagged)
    try:
        entries = yaml.load(data, Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ValueError(" ".join(str(error).split())[:80]) from None
    if not isinstance(entries, dict):
        raise ValueError("it is not a list of submissions")
    return {str(name): gradescope_who(str(name), entry) for name, entry in entries.items()}


def gradescope_who(name, entry):
    entry = entry if isinstance(entry, dict) else {}
    entry = {str(column).lstrip(":"): value for column, value in entry.items()}
    people = entry.get("submitters")
    people = people if isinstance(people, list) else [people] if isinstance(people, dict) else []
    who, keys = [], []
    for person in people:
        if isinstance(person, dict):
            about = {str(column).lstrip(":"): value for column, value in person.items()}
            known = [str(about[c]) for c in ("email", "name", "sid") if about.get(c)]
            if known:
                who.append(known[0])
                keys.append(tuple(known))
    when = time_of(entry.get("created_at") or "")
    if not who:
        return Who(name, (), when=when)
    return Who(who[0], keys[0], tuple(who[1:]), when)
