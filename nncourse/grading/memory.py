"""What a process and all its descendants hold, counted from outside in /proc, and a cgroup's limit.

Where cgroups (version 2) can be written, as root on most systems, the system itself limits a
worker's memory, too; elsewhere the counting alone does.

Counted are all kinds: pages of their own and shared ones, what was swapped out, files in the memory
of the sandbox's mounts, and what waits in sockets and pipes. What could hide from these (memory
without a name that is shared, System V's, io_uring, descriptors that are under way) the filter of
system calls does not allow.
"""

import itertools
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

SOCKET, PIPE = 500_000, 65_536  # bytes that may wait in one, at most
NODE = 1_500  # bytes that the system keeps for a file, even an empty one
MOUNTS = ("tmp", "dev/shm")


@dataclass
class Found:
    """bytes: in memory; turns: {process: seconds that it ran, and that it waited for its turn}."""

    bytes: int = 0
    turns: dict = field(default_factory=dict)


def of(pid, limit):
    """Found for a process and its descendants; shared pages count once when it comes near limit."""
    found, ids = Found(), descendants(pid)
    ends, root = set(), None
    for number in ids:
        found.bytes += resident(number)
        ends |= open_ends(number)
        turns = turns_of(number)
        if turns is not None:
            found.turns[number] = turns
    rest = sum(SOCKET if name.startswith("socket") else PIPE for name in ends)
    for number in reversed(ids):
        root = root or mounts_of(number)
    rest += root or 0
    if found.bytes + rest > limit:
        found.bytes = sum(proportional(number) for number in ids)
    found.bytes += rest
    return found


def descendants(pid):
    """The ids of a process and all that came from it."""
    found, left = [], [str(pid)]
    while left:
        number = left.pop()
        try:
            for task in os.listdir(f"/proc/{number}/task"):
                with open(f"/proc/{number}/task/{task}/children", encoding="utf-8") as file:
                    left += file.read().split()
        except OSError:
            continue  # it has ended meanwhile
        found.append(number)
    return found


def resident(number):
    """Bytes that it has in memory or swapped out; shared ones are counted for each process."""
    try:
        with open(f"/proc/{number}/status", encoding="utf-8") as file:
            lines = (line.split() for line in file)
            return 1024 * sum(int(words[1]) for words in lines if words[0] in HELD)
    except (OSError, IndexError, ValueError):
        return 0


HELD = ("VmRSS:", "VmSwap:", "HugetlbPages:", "VmPTE:")


def proportional(number):
    """The same, with its share of pages that are shared."""
    try:
        with open(f"/proc/{number}/smaps_rollup", encoding="utf-8") as file:
            lines = (line.split() for line in file)
            return 1024 * sum(int(words[1]) for words in lines if words[0] in ("Pss:", "SwapPss:"))
    except (OSError, IndexError, ValueError):
        return resident(number)


def open_ends(number):
    """{"socket:[123]", "pipe:[456]"}: what it has open and where bytes may wait."""
    found = set()
    try:
        for descriptor in os.listdir(f"/proc/{number}/fd"):
            name = os.readlink(f"/proc/{number}/fd/{descriptor}")
            if name.startswith(("socket:", "pipe:")):
                found.add(name)
    except OSError:
        return found
    return found


def mounts_of(number):
    """Bytes in the files of its own /tmp and /dev/shm; None for a process that shows none."""
    total = 0
    try:
        if os.stat(f"/proc/{number}/root").st_dev == os.stat("/").st_dev:
            return None
        for name in MOUNTS:
            room = os.statvfs(f"/proc/{number}/root/{name}")
            total += (room.f_blocks - room.f_bfree) * room.f_frsize
            total += (room.f_files - room.f_ffree) * NODE
    except OSError:
        return None
    return total


def turns_of(number):
    """(seconds that it ran, seconds that it was ready to run while another one ran), or None."""
    try:
        with open(f"/proc/{number}/schedstat", encoding="utf-8") as file:
            ran, waited = file.read().split()[:2]
        return int(ran) / 1e9, int(waited) / 1e9
    except (OSError, ValueError):
        return None


def kill_first(pid):
    """Where memory runs out after all, the system is to end the worker, and not somebody else."""
    for number in descendants(pid):
        try:
            with open(f"/proc/{number}/oom_score_adj", "w", encoding="utf-8") as file:
                file.write("900")
        except OSError:
            continue


# ------------------------------------------------------------------------------------- cgroups
CGROUPS = Path("/sys/fs/cgroup")
numbers = itertools.count()


class Group:
    """A cgroup of one worker, which is limited by the system; use Group.of()."""

    def __init__(self, folder):
        self.folder = folder

    @classmethod
    def of(cls, pid, most, processes):
        """The Group with a process and its descendants, or None where cgroups cannot be written."""
        for base in bases():
            folder = base / f"nncourse-{os.getpid()}-{next(numbers)}"
            group = cls(folder)
            try:
                folder.mkdir()
                group.write("memory.max", most)
                for name, value in (("memory.swap.max", 0), ("pids.max", processes + 2)):
                    if (folder / name).exists():
                        group.write(name, value)
                for number in descendants(pid):
                    group.write("cgroup.procs", number)
                return group
            except OSError:
                group.remove()
        return None

    def write(self, name, value):
        # no file of this name is made where cgroups are none
        with open(self.folder / name, "r+", encoding="utf-8") as file:
            file.write(str(value))

    def remove(self):
        """Once its processes are gone, which takes the system a moment after they were killed."""
        for _ in range(100):
            try:
                self.folder.rmdir()
                return
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(0.01)


def bases():
    """The cgroups in which one of our own may be made, with a limit of memory."""
    try:
        text = Path("/proc/self/cgroup").read_text(encoding="utf-8")
        own = [line.split("::/", 1)[1] for line in text.splitlines() if line.startswith("0::/")]
        found = [CGROUPS.joinpath(path).parent for path in own if path] + [CGROUPS]
        return [
            base
            for base in found
            if base.is_relative_to(CGROUPS)
            and os.access(base, os.W_OK)
            and "memory" in (base / "cgroup.subtree_control").read_text(encoding="utf-8").split()
        ]
    except OSError:
        return []
