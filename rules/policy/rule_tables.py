"""Reading guards, route and invariants."""

from collections.abc import Mapping
from typing import cast

from rules.policy.cells import parse_cell
from rules.policy.findings import Collector, refuse
from rules.policy.inputs import Input, Outcome
from rules.policy.policy import Condition, Invariant, Rule
from rules.policy.toml_tables import TomlTable, meant

Inputs = Mapping[str, Input]


def read_guards(tables: list[TomlTable], inputs: Inputs, found: Collector) -> tuple[Rule, ...]:
    """The guards, of which all are asked; each names a condition and never says auto."""
    return found.parts(tables, lambda table: _read_guard(table, inputs))


def read_route(tables: list[TomlTable], inputs: Inputs, found: Collector) -> tuple[Rule, ...]:
    """The route, of which the first match counts."""
    rules = found.parts(tables, lambda table: _read_rule(table, inputs, _ROUTES))
    found.part(lambda: _refuse_unreachable(rules))
    return rules


def read_invariants(
    tables: list[TomlTable], inputs: Inputs, found: Collector
) -> tuple[Invariant, ...]:
    """What must never be automatic."""
    return found.parts(tables, lambda table: _read_invariant(table, inputs))


_GUARDS = ("review", "hold")
_ROUTES = ("auto", "review", "hold")


def _read_guard(table: TomlTable, inputs: Inputs) -> Rule:
    rule = _read_rule(table, inputs, _GUARDS)
    if not rule.conditions:
        raise refuse(table.at("when"), "asks nothing and always fires", "name a condition")
    return rule


def _read_rule(table: TomlTable, inputs: Inputs, outcomes: tuple[str, ...]) -> Rule:
    rule = Rule(
        id=table.text("id"),
        outcome=cast("Outcome", table.choice("outcome", outcomes)),
        code=table.text("reason"),
        note=table.text("note"),
        conditions=_read_conditions(table, inputs),
    )
    _read_grounds(table)
    if rule.outcome == "auto" and not rule.conditions:
        raise refuse(table.at("when"), "lets everything pass as auto", "name a condition")
    return rule


def _read_invariant(table: TomlTable, inputs: Inputs) -> Invariant:
    table.choice("never", ("auto",))
    invariant = Invariant(
        id=table.text("id"),
        note=table.text("note"),
        conditions=_read_conditions(table, inputs),
    )
    _read_grounds(table)
    if not invariant.conditions:
        raise refuse(table.at("when"), "asks nothing", "say when auto is forbidden")
    return invariant


def _read_grounds(table: TomlTable) -> None:
    """Every number stands on something: ``why`` is wanted, ``owner`` where it is not the policy's.

    Both are for people; they are part of the canonical form and so of the hash.
    """
    table.text("why")
    table.text("owner", "")
    table.finish()


def _read_conditions(table: TomlTable, inputs: Inputs) -> tuple[Condition, ...]:
    cells = table.table("when")
    conditions = []
    for name in cells.entries():
        if name not in inputs:
            raise refuse(cells.at(name), "is no declared input", meant(name, tuple(sorted(inputs))))
        test = parse_cell(cells.text(name), inputs[name], cells.at(name))
        if test is not None:
            conditions.append(Condition(name, test))
    return tuple(conditions)


def _refuse_unreachable(rules: tuple[Rule, ...]) -> None:
    for at, rule in enumerate(rules[:-1]):
        if not rule.conditions:
            raise refuse(
                f"route, rule {rules[at + 1].id}",
                f"is never reached: rule {rule.id} before it matches everything",
                f"put {rule.id} last",
            )
