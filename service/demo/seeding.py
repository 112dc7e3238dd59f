"""Random numbers that depend on what they are for and on nothing else."""

import hashlib

import numpy as np

SEED = "pegline demo 1"
"""Change it and every made-up figure changes."""


def rng(*purpose: str) -> np.random.Generator:
    """A generator for one purpose, for example ``rng("lead time", item_id)``.

    Its seed is the SHA-256 of the demo's seed and the purpose, so the order of the calls, other
    keys and the number of items do not matter.
    """
    text = "\x1f".join((SEED, *purpose))
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16]))


def chance(*purpose: str) -> float:
    """A number in [0, 1) for one purpose; far cheaper than a generator."""
    text = "\x1f".join((SEED, "chance", *purpose))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6]) / 2**48
