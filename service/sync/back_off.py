"""How long to wait after a failure: full jitter, so that what failed together does not return so.

The wait is drawn evenly from zero to ``2 s × 2^(n−1)``, at most a quarter of an hour, after the
n-th failure (M. Brooker, "Exponential backoff and jitter", 2015).
"""

import random
from datetime import timedelta

BASE = timedelta(seconds=2)
CAP = timedelta(minutes=15)
_MOST_DOUBLINGS = 20


def longest_wait(failures: int) -> timedelta:
    """The upper end of what is drawn after so many failures in a row."""
    doublings = min(max(failures - 1, 0), _MOST_DOUBLINGS)
    return min(BASE * float(2**doublings), CAP)


def wait_after(failures: int, asked: timedelta | None = None) -> timedelta:
    """How long to wait now; never shorter than what the system ``asked`` for."""
    drawn = longest_wait(failures) * random.random()  # noqa: S311  spreads load, hides nothing
    return max(drawn, asked or timedelta(0))
