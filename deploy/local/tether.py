"""`tether.py SIGNAL PARENT [--nobody] PROGRAM...` runs a program that cannot outlive whoever started it.

A script of its own, started by `tethered()`: a preexec_fn would run Python in a fork of a process that may have
threads. With --nobody root becomes nobody first, for a program that refuses root, but still gets at its files wherever
root keeps them. Standard library only, and run with -I -S, so that the detour costs 20 ms.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITIES_V3 = 0x20080522
NOBODY = 65534


def die_with_parent(signum: int, parent: int) -> None:
    """From now on the kernel sends `signum` to this process when `parent`'s starting thread ends, however it ends."""
    _call("prctl", PR_SET_PDEATHSIG, signum, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def become_nobody() -> None:
    """Root no more. Of root's powers one stays, past exec too: to pass through directories that only root may enter."""
    _call("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    power = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_V3, 0)
    kept = (ctypes.c_uint32 * 6)(power, power, power)  # effective, permitted, inheritable; the high words stay 0
    _call("capset", header, kept)
    _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def _call(name: str, *arguments: object) -> None:
    """A function of the C library. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), name)


def tethered(command: list[str], signum: int, as_nobody: bool = False) -> list[str]:
    """The command line that runs `command` tethered to the calling process."""
    flags = ["--nobody"] if as_nobody else []
    return [sys.executable, "-I", "-S", __file__, str(int(signum)), str(os.getpid()), *flags, *command]


def main(arguments: list[str]) -> None:
    signum, parent, *command = arguments
    if command[0] == "--nobody":
        command = command[1:]
        become_nobody()
    signal.pthread_sigmask(signal.SIG_SETMASK, [])  # the launcher holds signals back; that would be inherited
    die_with_parent(int(signum), int(parent))  # after the change of user, which would clear it
    os.execvp(command[0], command)  # noqa: S606 - replacing this process is the point


if __name__ == "__main__":
    main(sys.argv[1:])
