"""The system calls that a worker may make: what Python and NumPy need, and nothing else.

libseccomp writes the filter (by pyseccomp), bubblewrap loads it before the worker starts. What is
not listed answers "not implemented", and so libraries fall back to what is.
"""

import contextlib
import errno
import functools
import os

FILES = """
    read write readv writev pread64 pwrite64 preadv pwritev open openat openat2 creat close
    close_range stat fstat lstat newfstatat statx lseek access faccessat faccessat2 readlink
    readlinkat getcwd chdir fchdir mkdir mkdirat rmdir rename renameat renameat2 unlink unlinkat
    link linkat symlink symlinkat chmod fchmod fchmodat utime utimes utimensat futimesat getdents
    getdents64 dup dup2 dup3 pipe pipe2 ioctl flock fsync fdatasync ftruncate truncate fallocate
    fadvise64 sync_file_range copy_file_range sendfile statfs fstatfs umask"""
MEMORY = "munmap mremap mprotect madvise brk msync mincore membarrier"
PROCESSES = """
    fork vfork execve exit exit_group wait4 waitid kill tgkill tkill getpid getppid gettid getpgid
    getpgrp setpgid setsid getsid getuid geteuid getgid getegid getresuid getresgid getgroups
    set_tid_address set_robust_list get_robust_list rseq futex futex_waitv arch_prctl sched_yield
    sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max
    sched_get_priority_min getpriority getrlimit setrlimit prlimit64 getrusage times getcpu sysinfo
    uname pidfd_open pidfd_send_signal capget riscv_hwprobe"""
SIGNALS = """
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigpending rt_sigtimedwait sigaltstack
    pause alarm setitimer getitimer restart_syscall"""
TIME = "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time getrandom"
WAITING = """
    poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait
    epoll_pwait2 eventfd eventfd2"""
# of sockets there are pairs alone, as asyncio and multiprocessing make them for themselves
SOCKETS = "sendto recvfrom shutdown getsockname getpeername getsockopt"
NO_NETWORK = "socket connect bind listen accept accept4"
OF_ROOT = "setresuid setresgid setgroups"  # the worker becomes a user that owns nothing

CTL_OPTIMIZE, BINARY_TREE = 8, 2  # names that pyseccomp does not have
AF_UNIX = 1
JOIN_SESSION_KEYRING = 1
F_SETPIPE_SZ = 1031  # a pipe of the usual size is small
MAP_SHARED, MAP_ANONYMOUS, MAP_HUGETLB = 0x01, 0x20, 0x40000
CLONE_FILES, CLONE_THREAD, CLONE_NEW = 0x400, 0x10000, 0x7E020000
PRCTL = (1, 2, 3, 15, 16, 0x53564D41)  # death of the parent, "dumpable?", names


@functools.cache
def rules(root):
    """The filter as bytes that bubblewrap takes; ImportError where libseccomp is missing."""
    try:
        import pyseccomp as s
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise ImportError(f"libseccomp is missing ({error})") from None
    found = s.SyscallFilter(defaction=s.ERRNO(errno.ENOSYS))
    with contextlib.suppress(OSError, ValueError):
        found.set_attr(CTL_OPTIMIZE, BINARY_TREE)

    def add(action, names, *conditions):
        for name in names.split():
            try:
                found.add_rule(action, name, *conditions)
            except (ValueError, OSError):
                continue  # this processor or this libseccomp does not know it

    def when(argument, mask, value):
        return s.Arg(argument, s.MASKED_EQ, mask, value)

    for names in (FILES, MEMORY, PROCESSES, SIGNALS, TIME, WAITING, SOCKETS):
        add(s.ALLOW, names)
    if root:
        add(s.ALLOW, OF_ROOT)
    add(s.ERRNO(errno.ENETUNREACH), NO_NETWORK)
    add(s.ERRNO(errno.EPERM), "sched_setaffinity sched_setscheduler setpriority")
    add(s.ALLOW, "socketpair", s.Arg(0, s.EQ, AF_UNIX))
    add(s.ALLOW, "fcntl", s.Arg(1, s.NE, F_SETPIPE_SZ))
    add(s.ALLOW, "keyctl", s.Arg(0, s.EQ, JOIN_SESSION_KEYRING))  # a new and empty one
    for option in PRCTL:
        add(s.ALLOW, "prctl", s.Arg(0, s.EQ, option))
    # memory without a name that is shared stays when nobody has it mapped: it could not be counted
    both = MAP_SHARED | MAP_ANONYMOUS
    for value in (0, MAP_SHARED, MAP_ANONYMOUS):
        add(s.ALLOW, "mmap", when(3, both | MAP_HUGETLB, value))
    # no namespaces, and no thread with files of its own that nobody could count
    thread = CLONE_THREAD | CLONE_FILES
    add(s.ALLOW, "clone", when(0, CLONE_NEW | CLONE_THREAD, 0))
    add(s.ALLOW, "clone", when(0, CLONE_NEW | thread, thread))
    return exported(found)


def exported(found):
    source, target = os.pipe()
    with open(source, "rb") as read:
        with open(target, "wb") as write:
            found.export_bpf(write)
        return read.read()
