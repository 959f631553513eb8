"""Names as they come from file systems and tables, made fit to be printed, compared and stored."""

import difflib
import hashlib
import os
import re
import unicodedata


def shown(name):
    """A name in one line of printable text, in one Unicode form; old encodings are read."""
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        data = name.encode("utf-8", "surrogateescape" if escaped(name) else "replace")
        try:
            name = data.decode("utf-8")
        except UnicodeDecodeError:
            name = data.decode("cp1252", "replace")
    name = re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]", "", name)  # a terminal's colours, as a whole
    name = unicodedata.normalize("NFC", name)
    kept = (" " if unicodedata.category(c) in ODD or not c.isprintable() else c for c in name)
    return " ".join("".join(kept).split())


ODD = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def escaped(name):
    """Whether every surrogate in a name is a byte that Python could not decode."""
    odd = [letter for letter in name if "\ud800" <= letter <= "\udfff"]
    return all("\udc80" <= letter <= "\udcff" for letter in odd)


def raw(name):
    """What tells two names on the disk apart: the bytes, but for the Unicode form."""
    data = os.fsencode(name) if escaped(name) else name.encode("utf-8", "replace")
    try:
        return unicodedata.normalize("NFC", data.decode("utf-8"))
    except UnicodeDecodeError:
        return data.decode("latin-1") + "\0"


def key(name):
    """The same text for names that a person takes for the same: case, accents and signs aside."""
    text = unicodedata.normalize("NFKD", shown(name)).casefold()
    return "".join(letter for letter in text if letter.isalnum() or letter in "@.+")


def near(name, known, number=3):
    """The known names that look like this one, best first."""
    by_key = {key(one): one for one in known}
    found = difflib.get_close_matches(key(name), list(by_key), n=number, cutoff=0.75)
    return [by_key[one] for one in found]


RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|index)$")


def page_name(student):
    """A file name that is safe on every system, readable, and different for different learners."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", student)[:40].strip("_-") or "learner"
    made_here = re.search(r"_[0-9a-f]{8}$", plain)  # by the last line of this function
    if plain == student.lower() and not made_here and not RESERVED.match(plain):
        return plain
    return f"{plain}_{hashlib.sha256(student.encode()).hexdigest()[:8]}"


def pseudonyms(students):
    """{student: "learner 3f9a2c"}, the same in every run, for marking without names."""
    made = {}
    for student in sorted(students):
        digest = hashlib.sha256(f"anonymous {student}".encode()).hexdigest()
        length = 6
        while f"learner {digest[:length]}" in made.values():
            length += 1
        made[student] = f"learner {digest[:length]}"
    return made
