"""Reading ``[[tests]]``: worked examples that a planner writes and the policy must keep."""

from collections.abc import Mapping
from typing import Any, cast

from rules.policy.findings import Collector, refuse
from rules.policy.inputs import Fact, Input, Outcome, Unusable, read_fact
from rules.policy.policy import StoredTest
from rules.policy.toml_tables import TomlTable, meant

_OUTCOMES = ("auto", "review", "hold")


def read_tests(
    typical: TomlTable, tables: list[TomlTable], inputs: Mapping[str, Input], found: Collector
) -> tuple[StoredTest, ...]:
    """The tests; each starts from the ``typical`` facts and changes those it is about."""
    start = found.part(lambda: _read_facts(typical, inputs)) or {}
    return found.parts(tables, lambda table: _read_test(table, start, inputs))


def _read_test(
    table: TomlTable, typical: Mapping[str, Fact], inputs: Mapping[str, Input]
) -> StoredTest:
    expected = table.table("expect")
    changed = _read_facts(TomlTable(table.at("given"), table.take("given", dict, {})), inputs)
    without = table.take("without", list, [])
    for name in without:
        _known(name, inputs, table.at("without"))
    facts = {name: fact for name, fact in {**typical, **changed}.items() if name not in without}
    test = StoredTest(
        name=table.text("name"),
        facts=facts,
        outcome=cast("Outcome", expected.choice("outcome", _OUTCOMES)),
        rule_id=expected.text("rule", "") or None,
    )
    expected.finish()
    table.finish()
    return test


def _read_facts(table: TomlTable, inputs: Mapping[str, Input]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for name, value in table.entries().items():
        _known(name, inputs, table.where)
        fact = read_fact(inputs[name], value)
        if isinstance(fact, Unusable):
            raise refuse(table.at(name), fact.note, f"write {inputs[name].in_words}")
        facts[name] = value
    return facts


def _known(name: Any, inputs: Mapping[str, Input], where: str) -> None:
    if name not in inputs:
        raise refuse(where, f"{name} is no declared input", meant(str(name), tuple(inputs)))
