"""Looks into zip archives without unpacking them: nothing is written, and sizes are held.

listing(path) names the members, one inside the other where an archive holds archives; member() has
the bytes of one. A bomb costs no more than its limit, and a name that leads outside leads nowhere.
"""

import contextlib
import io
import stat
import zipfile
import zlib
from dataclasses import dataclass

MAX_ARCHIVE = 2_000_000_000  # bytes on the disk
MAX_INNER = 100_000_000  # bytes of an archive inside another
MAX_MEMBERS = 50_000
MAX_DEPTH = 3
PEEK = 4096  # bytes
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError)


class NotOpened(Exception):
    """An archive, or a member of one, that cannot be read; the message says why."""


@dataclass(frozen=True)
class Member:
    """A file in an archive; .names is its path from the top, .inside what member() takes."""

    names: tuple
    inside: tuple
    size: int
    note: str = ""  # why it is not to be read, or empty


def listing(path):
    """The Members of the zip at `path`; NotOpened when it is none."""
    with opened(path) as archive:
        return list(members(archive, (), (), 1))


def member(path, inside, limit):
    """The bytes of a member, at most `limit` of them."""
    with opened(path) as archive:
        return inner(archive, inside, limit)


def inner(archive, inside, limit):
    first, *rest = inside
    try:
        info = archive.getinfo(first)
    except KeyError:
        raise NotOpened("The archive has changed meanwhile: grade again.") from None
    data = taken(archive, info, MAX_INNER if rest else limit)
    if not rest:
        return data
    with opened(io.BytesIO(data)) as deeper:
        return inner(deeper, rest, limit)


def taken(archive, info, limit):
    if info.flag_bits & 1:
        raise NotOpened("The archive has a password: hand in the notebook itself.")
    too_large = (
        f"Unpacked, the file has more than the {limit / 1e6:.0f} MB that are taken: choose Edit, "
        "Clear Outputs of All Cells, save and hand in again."
    )
    if info.file_size > limit:
        raise NotOpened(too_large)
    try:
        with archive.open(info) as file:
            data = file.read(limit + 1)
    except BROKEN as error:
        why = str(error)[:80]
        raise NotOpened(f"The archive is damaged here ({why}): ask for it again.") from None
    if len(data) > limit:
        raise NotOpened(too_large)
    return data


def opened(file):
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError):
        raise NotOpened(
            "The archive is damaged, or it is not a zip: hand in the notebook itself."
        ) from None
    if len(archive.infolist()) > MAX_MEMBERS:
        archive.close()
        raise NotOpened(f"The archive has more than {MAX_MEMBERS:,} members: it is not opened.")
    return archive


def members(archive, above, inside, depth):
    for info in {info.filename: info for info in archive.infolist()}.values():
        names = split(info)
        if info.is_dir() or not names:
            continue
        here, way = (*above, *names), (*inside, info.filename)
        mode = info.external_attr >> 16
        if ".." in names or info.filename.startswith(("/", "\\")) or ":" in names[0]:
            names = tuple(name for name in names if name != "..")
            note = "Its name leads out of the archive, so it is not opened."
            yield Member((*above, *names), way, info.file_size, note)
        elif stat.S_IFMT(mode) == stat.S_IFLNK:
            note = "It is a link in the archive: hand in the notebook itself."
            yield Member(here, way, info.file_size, note)
        elif names[-1].lower().endswith(".zip") and "__MACOSX" not in names:
            yield from deeper(archive, info, here, way, depth)
        else:
            yield Member(here, way, info.file_size)


def deeper(archive, info, here, way, depth):
    try:
        if depth >= MAX_DEPTH:
            raise NotOpened("Archives lie one in another too deep: hand in the notebook itself.")
        with opened(io.BytesIO(taken(archive, info, MAX_INNER))) as inner_archive:
            yield from members(inner_archive, here, way, depth + 1)
    except NotOpened as error:
        yield Member(here, way, info.file_size, str(error))


def split(info):
    """The parts of a member's name. Old tools wrote bytes of UTF-8 without saying so."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeEncodeError, UnicodeDecodeError):
            name = name.encode("cp437").decode("utf-8")
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
