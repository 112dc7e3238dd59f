"""From a TOML text to a policy, or to everything that is wrong with it."""

import tomllib
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.policy.canonical import canonical, content_hash
from rules.policy.declared_inputs import read_inputs
from rules.policy.findings import Collector, refuse
from rules.policy.parameters import read_ordering
from rules.policy.policy import Invariant, OrderingParameters, Policy, Rule
from rules.policy.rule_tables import read_guards, read_invariants, read_route
from rules.policy.stored_tests import read_tests
from rules.policy.toml_tables import TomlTable


def load_policy(toml_text: str) -> Policy:
    """The policy that a TOML text says.

    Numbers are read as decimals. Raises PolicyError with all findings: keys that are not known,
    inputs that are not declared, words that are no value of their input, conditions that cannot
    be understood, rules that are never reached or let everything pass. Its stored tests are read
    and not run; ``check_policy`` runs them.
    """
    content = _parse(toml_text)
    return _read_policy(TomlTable("", content), content, Collector())


def _parse(toml_text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(toml_text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise refuse("policy", f"is no TOML: {error}", "mend the line that is named") from error


def _read_policy(table: TomlTable, content: dict[str, Any], found: Collector) -> Policy:
    name, version, owner = table.text("policy"), table.take("version", int), table.text("owner")
    effective_from, effective_to = _read_period(table.table("effective"))
    declared = read_inputs(table.table("inputs"), found)
    found.raise_if_any()
    inputs = {each.name: each for each in declared}
    guards = read_guards(table.tables("guards"), inputs, found)
    route = read_route(table.tables("route"), inputs, found)
    invariants = read_invariants(table.tables("invariants"), inputs, found)
    typical = TomlTable("typical", table.take("typical", dict, {}))
    tests = read_tests(typical, table.tables("tests"), inputs, found)
    ordering = found.part(lambda: read_ordering(table.table("ordering"), inputs))
    found.part(lambda: _refuse_doubled_ids((*guards, *route, *invariants)))
    found.part(table.finish)
    found.raise_if_any()
    document = canonical(content)
    return Policy(
        name=name,
        version=version,
        owner=owner,
        hash=content_hash(document),
        canonical=document,
        effective_from=effective_from,
        effective_to=effective_to,
        ordering=_given(ordering),
        inputs=declared,
        guards=guards,
        route=route,
        invariants=invariants,
        tests=tests,
    )


def _read_period(table: TomlTable) -> tuple[datetime, datetime | None]:
    """``from`` and ``to`` on the clocks of ``time_zone``; half open."""
    zone_name = table.text("time_zone")
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise refuse(
            table.at("time_zone"),
            f"{zone_name!r} is not known",
            'write for example "Europe/London"',
        ) from error
    start = _local(table.take("from", datetime), table.at("from"), zone)
    until = table.take("to", datetime, datetime.max)  # noqa: DTZ901  stands for an open end
    table.finish()
    if until == datetime.max:  # noqa: DTZ901  stands for an open end
        return start, None
    end = _local(until, table.at("to"), zone)
    if end <= start:
        raise refuse(table.at("to"), "ends before it begins", "write a later moment")
    return start, end


def _local(moment: datetime, where: str, zone: ZoneInfo) -> datetime:
    if moment.tzinfo is not None:
        raise refuse(
            where, "carries an offset", "leave it out: time_zone says which clock is meant"
        )
    return moment.replace(tzinfo=zone)


def _refuse_doubled_ids(rules: Iterable[Rule | Invariant]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise refuse(rule.id, "names two rules", "give each rule an id of its own")
        seen.add(rule.id)


def _given(ordering: OrderingParameters | None) -> OrderingParameters:
    if ordering is None:
        raise refuse("ordering", "is missing", "add the table [ordering]")
    return ordering
