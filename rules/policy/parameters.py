"""Reading ``[ordering]``: the numbers that ordering takes from the policy, with their grounds."""

from collections.abc import Mapping
from decimal import Decimal

from rules.policy.findings import refuse
from rules.policy.inputs import Input
from rules.policy.policy import MessageParameters, OrderingParameters
from rules.policy.toml_tables import TomlTable, meant

DEMAND_CLASS = "demand_class"
"""The input whose values the service levels are given for."""


def read_ordering(table: TomlTable, inputs: Mapping[str, Input]) -> OrderingParameters:
    """Service levels for every demand class, and what else ordering takes from the policy."""
    levels = _read_levels(table.table("cycle_service_level"), inputs)
    share_table = table.table("change_request_min_share")
    share = share_table.take("value", Decimal)
    _read_grounds(share_table)
    if not 0 <= share <= 1:
        raise refuse(share_table.at("value"), f"{share} is no share", "write 0.0 to 1.0")
    rounding = _read_rounding(table.table_if_given("round_outside_recommendations"))
    messages = _read_messages(table)
    table.finish()
    return OrderingParameters(levels, share, rounding, messages)


def _read_rounding(table: TomlTable | None) -> bool:
    """Absent means no: a recommendation is taken as it stands."""
    if table is None:
        return False
    wanted = table.take("value", bool)
    _read_grounds(table)
    return wanted


_MESSAGES = {
    "reschedule_tolerance_days": (1, 365),
    "defer_min_days": (1, 365),
    "message_horizon_intervals": (1, 12),
}
"""The parameters of messages about purchase lines, with their ranges; all of them or none."""


def _read_messages(table: TomlTable) -> MessageParameters | None:
    given = [name for name in _MESSAGES if table.take(name, dict, {})]
    if not given:
        return None
    tolerance, defer, horizon = (_read_whole(table.table(name), name) for name in _MESSAGES)
    return MessageParameters(tolerance, defer, horizon)


def _read_whole(table: TomlTable, name: str) -> int:
    value = table.take("value", int)
    lowest, highest = _MESSAGES[name]
    if not lowest <= value <= highest:
        raise refuse(table.at("value"), f"{value} is out of range", f"{lowest} to {highest}")
    _read_grounds(table)
    return value


def _read_levels(table: TomlTable, inputs: Mapping[str, Input]) -> dict[str, Decimal]:
    by_class = table.table("by_demand_class")
    if DEMAND_CLASS not in inputs or not inputs[DEMAND_CLASS].values:
        raise refuse(by_class.where, "needs the input demand_class", "declare it with its values")
    classes = inputs[DEMAND_CLASS].values
    levels = {}
    for name in classes:
        level = by_class.take(name, Decimal)
        if not 0 < level < 1:
            raise refuse(by_class.at(name), f"{level} is no probability", "write 0.5 to 0.995")
        levels[name] = level
    for name in by_class.entries():
        if name not in classes:
            raise refuse(by_class.at(name), "is no demand class", meant(name, classes))
    _read_grounds(table)
    return levels


def _read_grounds(table: TomlTable) -> None:
    """No number without unit, owner and reason."""
    table.text("unit")
    table.text("owner")
    table.text("why")
    table.finish()
