"""`tether.py SIGNAL PARENT [--nobody] PROGRAM...` runs a program that cannot outlive whoever started it.

A script of its own, started by `tethered()`: a preexec_fn would run Python in a fork of a process that may have
threads. With --nobody root becomes nobody first.
Standard library only, and run with -I -S, so that the detour costs 20 ms.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
NOBODY = 65534


def die_with_parent(signum: int, parent: int) -> None:
    """From now on the kernel sends `signum` to this process when `parent`'s starting thread ends, however it ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signum, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def tethered(command: list[str], signum: int, as_nobody: bool = False) -> list[str]:
    """The command line that runs `command` tethered to the calling process."""
    flags = ["--nobody"] if as_nobody else []
    return [sys.executable, "-I", "-S", __file__, str(int(signum)), str(os.getpid()), *flags, *command]


def main(arguments: list[str]) -> None:
    signum, parent, *command = arguments
    if command[0] == "--nobody":
        command = command[1:]
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])  # the launcher holds signals back; that would be inherited
    die_with_parent(int(signum), int(parent))  # after the change of user, which would clear it
    os.execvp(command[0], command)  # noqa: S606 - replacing this process is the point


if __name__ == "__main__":
    main(sys.argv[1:])
