"""The beginning of a novel, for networks that learn to write: Moby-Dick, chapters 1 to 28."""

import gzip

from nnlib.datasets.mnist import FILES, checked

SHA256 = "5c30aed1c4c59c9ce5f6e8499aa7dbaae760be8112b6a2eacfaf192fc97a2b0f"  # of the file


def moby_dick():
    """Chapters 1 to 28 of Herman Melville's Moby-Dick (1851): a str of 254,678 letters and signs.

    ASCII alone, an empty line between paragraphs, no headings; a dash is two hyphens. The text is
    in the public domain. Raises FileNotFoundError for a file that is missing, ValueError for one
    that was cut off or altered.
    """
    packed = checked(FILES / "moby_dick.txt.gz", SHA256, "Moby-Dick")
    return gzip.decompress(packed).decode("ascii")
