"""The time limit ends what would never end, in each of the ways that a system allows."""

import signal
import sys
import time

import pytest

from nncourse.judging import timelimit

WAYS = {"thread": timelimit.run_in_thread}
if hasattr(signal, "setitimer"):
    WAYS["alarm"] = lambda body, seconds: timelimit.Alarm(seconds).run(body)
if hasattr(sys, "monitoring"):  # from Python 3.12 on; in a browser Python is newer than that
    WAYS["watch"] = lambda body, seconds: timelimit.Watch(seconds).run(body)


def endless_in_one_line():
    while True: pass  # fmt: skip  # noqa: E701


def endless_and_stubborn():
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def endless_in_a_call():
    while True:
        sorted(range(1000))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "body", [endless_in_one_line, endless_and_stubborn, endless_in_a_call], ids=lambda f: f.__name__
)
def test_what_never_ends_is_ended(way, body):
    assert WAYS[way](body, 0.1) is False


@pytest.mark.parametrize("way", WAYS)
def test_what_ends_by_itself_is_left_alone_the_second_time_too(way):
    for _ in range(2):
        results = []
        assert WAYS[way](lambda: results.append(sum(range(100))), 60) is True  # noqa: B023
        assert results == [4950]
        with pytest.raises(KeyError, match="inside"):
            WAYS[way](lambda: {}["inside"], 60)
        assert WAYS[way](endless_in_one_line, 0.05) is False


@pytest.mark.parametrize("way", WAYS)
def test_on_a_slow_computer_honest_code_gets_longer(way, monkeypatch):
    measured = []
    monkeypatch.setattr(timelimit, "slowness", lambda: measured.append(1) or 1000)
    results = []

    def body():  # a few times as long as the limit
        while time.monotonic() < began + 0.3:
            results.append(1)

    began = time.monotonic()
    assert WAYS[way](body, 0.1) is True
    assert measured
    assert results


def test_how_slow_a_computer_is_is_measured(monkeypatch):
    def done_after(seconds):
        times = iter([100.0, 100.0 + seconds])
        monkeypatch.setattr(timelimit.time, "perf_counter", lambda: next(times))
        return timelimit.slowness()

    assert done_after(timelimit.NORMAL / 3) == 1  # a faster one makes nobody's limit shorter
    assert done_after(4 * timelimit.NORMAL) == pytest.approx(4)
    assert done_after(1e6) == timelimit.SLOWEST


def test_a_browser_has_neither_alarms_nor_threads(monkeypatch):
    monkeypatch.delattr(timelimit.signal, "setitimer", raising=False)
    monkeypatch.setattr(timelimit, "IN_A_TAB", True)
    monkeypatch.setattr(timelimit, "run_in_thread", None)
    seen = []

    class Seen:
        def __init__(self, seconds):
            seen.append(seconds)

        def run(self, body):
            return body()

    monkeypatch.setattr(timelimit, "Watch", Seen)
    assert timelimit.run(lambda: "ran", 3) == "ran"
    assert seen == [3]
