"""Tables that people write: CSV in the encodings and with the separators of every spreadsheet."""

import csv
import io
import re
from pathlib import Path

MAX_TABLE = 20_000_000  # bytes


class TableError(ValueError):
    """A table, or a line of one, that cannot be understood; the message names it."""


def read(path, columns=(), words="", last=""):
    """[(line number, {column: text})] of the rows that are not empty; none when there is no file.

    The first line names the columns; case and spaces there do not matter. `columns` must be there;
    `last` is the column of free text at the end, which may hold the separator. `words` say how the
    first line should look. Raises TableError.
    """
    text, first = text_of(Path(path))
    if not text.strip():
        return []
    reader = csv.reader(io.StringIO(text), delimiter=separator(text), skipinitialspace=True)
    try:
        lines = [(reader.line_num + first - 1, cells) for cells in reader]
    except csv.Error as error:
        raise TableError(f"{path}, line {reader.line_num}: {error}.") from None
    lines = [(number, [cell.strip() for cell in cells]) for number, cells in lines]
    lines = [(number, cells) for number, cells in lines if any(cells)]
    names = [column_name(cell) for cell in lines[0][1]] if lines else []
    while names and not names[-1]:
        names.pop()
    missing = [name for name in columns if name not in names]
    if missing:
        raise TableError(
            f"{path}: the first line is expected to be {words or ','.join(columns)}; "
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing."
        )
    return [(number, as_row(path, number, names, cells, last)) for number, cells in lines[1:]]


def header(path):
    """The names of the columns as they stand there, without spaces around them."""
    text, _ = text_of(Path(path))
    rows = csv.reader(io.StringIO(text), delimiter=separator(text), skipinitialspace=True)
    return [cell.strip() for cell in next(rows, [])]


def text_of(path):
    """(text, number of its first line) of a table; empty when there is no file."""
    try:
        with path.open("rb") as file:
            text = decoded(file.read(MAX_TABLE))
    except FileNotFoundError:
        return "", 1
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror or error}.") from None
    if text.lower().startswith("sep="):  # what Excel writes and reads
        return text.partition("\n")[2], 2
    return text, 1


def as_row(path, number, names, cells, last):
    extra = [cell for cell in cells[len(names) :] if cell]
    if extra and names[-1] == last:
        cells = [*cells[: len(names) - 1], ", ".join(filter(None, cells[len(names) - 1 :]))]
    elif extra:
        raise TableError(
            f"{path}, line {number} has {len(cells)} cells and the first line {len(names)}: put "
            'text with a separator into quotes, like "a, b".'
        )
    cells = cells + [""] * (len(names) - len(cells))
    return dict(zip(names, cells, strict=False))


def decoded(data):
    """Text of UTF-8, UTF-16, or what Windows calls ANSI."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:4]:
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def separator(text):
    """The one that stands most often in the first line."""
    line = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0])
    return max(",;\t", key=line.count)


def column_name(text):
    return " ".join(text.casefold().split())


def number_of(text):
    """A number, also with a decimal comma; ValueError when it is none, or not finite."""
    value = float(text.replace(",", ".").strip())
    if not abs(value) < 1e9:
        raise ValueError(text)
    return value
