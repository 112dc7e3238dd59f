"""Reading ``[inputs]``: closed and typed, so that a misspelt field is an error and not a null."""

from decimal import Decimal
from typing import cast

from rules.policy.findings import Collector, refuse
from rules.policy.inputs import EXACT_TYPES, ROUNDINGS, TYPES, Input, Outcome
from rules.policy.toml_tables import TomlTable

LARGEST_SCALE = 6
"""Decimals of quantities and money throughout the product."""


def read_inputs(table: TomlTable, found: Collector) -> tuple[Input, ...]:
    """All declared inputs; refusals go to ``found``."""
    return found.parts(table.entries(), lambda name: _read_input(name, table.table(name)))


def _read_input(name: str, table: TomlTable) -> Input:
    kind = table.choice("type", TYPES)
    exact = kind in EXACT_TYPES
    scale = table.take("scale", int) if exact else 0
    if not 0 <= scale <= LARGEST_SCALE:
        raise refuse(table.at("scale"), f"{scale} is too many", f"write 0 to {LARGEST_SCALE}")
    # Rounding has no default: up is careful for an amount, down for a share of certainty.
    rounding = table.choice("round", tuple(ROUNDINGS)) if exact else "half_even"
    lowest, highest = _read_range(table)
    declared = Input(
        name=name,
        type=kind,
        unit=table.text("unit"),
        why=table.text("why"),
        on_missing=cast("Outcome", table.choice("on_missing", ("review", "hold"), "review")),
        scale=scale,
        rounding=ROUNDINGS[rounding],
        values=_read_values(table) if kind == "enum" else (),
        lowest=lowest,
        highest=highest,
    )
    table.finish()
    return declared


def _read_values(table: TomlTable) -> tuple[str, ...]:
    values = table.take("values", list)
    if not values or not all(isinstance(value, str) and value for value in values):
        raise refuse(table.at("values"), "is no list of words", 'write ["smooth", "erratic"]')
    if len(set(values)) != len(values):
        raise refuse(table.at("values"), "names a word twice", "leave it once")
    return tuple(values)


def _read_range(table: TomlTable) -> tuple[Decimal | None, Decimal | None]:
    ends = table.take("range", list, [])
    if not ends:
        return None, None
    numbers = [Decimal(end) for end in ends if isinstance(end, Decimal | int)]
    if len(numbers) != 2 or len(ends) != 2 or not numbers[0] < numbers[1]:  # noqa: PLR2004  a lowest and a highest
        raise refuse(table.at("range"), "is no range", "write [lowest, highest]")
    return numbers[0], numbers[1]
