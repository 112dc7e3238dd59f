"""How long work says how far it is."""

from collections.abc import Callable

Report = Callable[[str, int, int], None]
"""Called with the step's name, how much is done, and how much there is."""


def silent(_step: str, _done: int, _total: int) -> None:
    """A report that nobody reads."""
