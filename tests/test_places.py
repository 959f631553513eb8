"""The course in the oddest folder of all; tests/places.py, a command, tries each kind by itself."""

import subprocess

import pytest

from tests import places
from tests.nncourse.grading.needs import needs_bubblewrap


@needs_bubblewrap
@pytest.mark.timeout(600)
def test_all_works_in_a_folder_that_is_odd_in_every_way(tmp_path):
    """A space, an umlaut, quotes and a link in its path, no git, closed for writing, no root."""
    behind = tmp_path / "behind"
    course = behind / 'Zoë\'s "course" für 2027'
    places.unzip(course)
    (tmp_path / "link").symlink_to(behind, target_is_directory=True)
    subprocess.run(["chmod", "-R", "a-w", course], check=True)
    try:
        used = tmp_path / "link" / course.name
        assert places.work(used, tmp_path / "out", places.ordinary()) == []
    finally:
        subprocess.run(["chmod", "-R", "u+w", course], check=True)
