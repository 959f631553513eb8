"""Text files that are replaced as a whole, so that a crash leaves the old one; and locks."""

import contextlib
import errno
import glob
import os

ADVICE = {
    errno.ENOSPC: "Make room on the disk, and try again",
    errno.EACCES: "Make it and its folder writable, or copy the course to a folder of your own",
}
ADVICE[errno.EDQUOT] = ADVICE[errno.EFBIG] = ADVICE[errno.ENOSPC]
ADVICE[errno.EROFS] = ADVICE[errno.EPERM] = ADVICE[errno.EACCES]


class NotSaved(OSError):
    """A file could not be written; str() is a sentence that says why, and what to do."""

    def __init__(self, path, error):
        super().__init__(error.errno, error.strerror or str(error), str(path))

    def __str__(self):
        sentences = [f"{self.filename} could not be saved: {self.strerror}."]
        if self.errno in ADVICE:
            sentences.append(f"{ADVICE[self.errno]}.")
        return " ".join([*sentences, "Nothing was changed."])


def leftovers(path):
    """Temporary files of replace() beside `path`: of a process that is at it, or was killed."""
    return list(path.parent.glob(f".{glob.escape(path.name)}.*.tmp"))


def replace(path, text, durable=True):
    """Write a temporary file beside `path`, and rename it. Raises NotSaved when that fails.

    durable: flush it to the disk first, so that a power cut leaves the old text or the new one.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        try:
            with temporary.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise NotSaved(path, error) from error


# ------------------------------------------------------------------------------------ locks
try:
    import fcntl

    def lock(file):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def unlock(file):
        fcntl.flock(file, fcntl.LOCK_UN)

except ImportError:
    try:
        import msvcrt

        def lock(file):
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

        def unlock(file):
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

    except ImportError:  # a browser's Python: nobody else is there

        def lock(file):
            pass

        def unlock(file):
            pass


def take_lock(file):
    """Whether an open file is ours now; the system lifts the lock when we end, however we end.

    A file system that has no locks gives it to everybody: better two writers than none.
    """
    try:
        lock(file)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def release_lock(file):
    with contextlib.suppress(OSError, ValueError):
        unlock(file)
