"""The options of tests/conftest.py fail the runs that they should."""

from types import SimpleNamespace

from tests.conftest import RunRecord


def report(nodeid, when="call", skipped=None):
    longrepr = ("test.py", 1, f"Skipped: {skipped}")
    return SimpleNamespace(nodeid=nodeid, when=when, skipped=skipped is not None, longrepr=longrepr)


def test_a_run_that_left_something_out_fails_and_says_what(tmp_path):
    for name in ("00_first", "01_second", "02_third"):
        (tmp_path / "lessons").mkdir(exist_ok=True)
        (tmp_path / "lessons" / f"{name}.ipynb").touch()
    options = {"every_notebook": True, "no_skips": True}
    record = RunRecord(SimpleNamespace(rootpath=tmp_path, getoption=options.get))
    record.pytest_runtest_logreport(report("lessons/00_first.ipynb::Cell 0"))
    record.pytest_runtest_logreport(report("lessons/02_third.ipynb::Cell 0", skipped="no pen"))
    record.pytest_collectreport(report("tests/test_module.py", when="collect", skipped="no ink"))
    expected = [
        "--every-notebook: no cell of lessons/01_second.ipynb was executed",
        "--every-notebook: no cell of lessons/02_third.ipynb was executed",
        "--no-skips: lessons/02_third.ipynb::Cell 0: no pen",
        "--no-skips: tests/test_module.py: no ink",
    ]
    assert record.complaints() == expected
    session = SimpleNamespace(exitstatus=0)
    record.pytest_sessionfinish(session)
    assert session.exitstatus == 1
    options.clear()
    assert record.complaints() == []
