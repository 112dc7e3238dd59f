"""Become another program that dies with its parent, so that no killed test run leaves a server.

Started as a script: ``death_signal.py PARENT_PID USER_ID GROUP_ID PROGRAM ARGUMENT...``; an id of
-1 keeps the present user. The signal is SIGINT, which both servers take as a fast, clean end.
Linux only knows it (prctl); elsewhere the server ends with the fixture alone.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def become(parent: int, user: int, group: int, command: list[str]) -> None:
    """Drop to ``user``, ask for the signal, and run ``command`` in this process."""
    if user != -1:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
    if sys.platform == "linux":  # after setuid: a change of user forgets the request
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:
        sys.exit("the parent has gone already")
    os.execv(command[0], command)  # noqa: S606  the command is ours


if __name__ == "__main__":
    become(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
