"""The time limit ends what would never end, in each of the ways that a system allows."""

import signal
import sys

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


def test_a_computer_takes_no_longer_than_an_exercise_says():
    assert timelimit.allowed(2) == 2


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
    assert timelimit.allowed(2) == 2 * timelimit.SLOWER
