"""A policy is understood as a whole or refused with every finding."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from rules.policy import MessageParameters, PolicyError, check_policy, load_policy
from tests.rules.policies import ORDERING, ROUTE, policy, policy_text, rule


def test_a_policy_says_who_it_is_and_from_when_it_holds() -> None:
    small = policy()
    assert (small.name, small.version, small.owner) == ("small", 3, "tests")
    assert small.effective_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert small.effective_to is None
    assert small.ordering.cycle_service_level == {
        "smooth": Decimal("0.95"),
        "lumpy": Decimal("0.90"),
    }
    assert small.ordering.change_request_min_share == Decimal("0.1")


def test_the_period_is_half_open_on_the_clocks_of_its_zone() -> None:
    text = policy_text().replace(
        "from = 2026-01-01T00:00:00", "from = 2026-01-01T00:00:00\nto = 2026-07-01T00:00:00"
    )
    summer = load_policy(text)
    assert summer.holds_at(datetime(2026, 6, 30, 22, 59, tzinfo=UTC))
    assert not summer.holds_at(datetime(2026, 6, 30, 23, 0, tzinfo=UTC))
    assert not summer.holds_at(datetime(2025, 12, 31, 23, 59, tzinfo=UTC))


def test_comments_spaces_and_the_order_of_keys_do_not_change_the_hash() -> None:
    same = (
        policy_text()
        .replace("version = 3\n", "# third\n")
        .replace('policy = "small"', 'version   =   3\npolicy = "small"')
    )
    assert load_policy(same).hash == policy().hash
    assert len(policy().hash) == 64


@pytest.mark.parametrize(
    ("old", "new"),
    [("<= 500.00", "<= 500.01"), ("version = 3", "version = 4"), ("0.95", "0.951")],
)
def test_any_number_changes_the_hash(old: str, new: str) -> None:
    assert load_policy(policy_text().replace(old, new)).hash != policy().hash


def test_the_canonical_form_holds_decimals_as_text() -> None:
    share = policy().canonical["ordering"]["change_request_min_share"]["value"]
    assert share == "0.1"


FREE_PASS = rule("route", "R2", "", "auto")
CATCH_ALL = rule("route", "R0", "", "review")


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("policy = ", "policy: is no TOML"),
        (policy_text().replace("version = 3", ""), "policy: version is missing"),
        (policy_text().replace("version = 3", 'version = "3"'), "version: '3' is of the wrong"),
        (policy_text().replace("version = 3", "version = true"), "version: True is of the wrong"),
        (policy_text().replace('owner = "tests"', 'owner = " "', 1), "owner: is empty"),
        ("verson = 1\n" + policy_text(), "verson: is not known here; did you mean 'version'"),
        (policy_text().replace("Europe/London", "Europe/Lundon"), "'Europe/Lundon' is not known"),
        (policy_text().replace("00:00:00", "00:00:00Z"), "effective.from: carries an offset"),
        (
            policy_text().replace("time_zone", "to = 2025-01-01T00:00:00\ntime_zone"),
            "effective.to: ends before it begins",
        ),
        (policy_text().replace('"money"', '"mony"'), "did you mean 'money'"),
        (policy_text().replace("scale = 2", "scale = 9"), "inputs.value.scale: 9 is too many"),
        (policy_text().replace('round = "up"', ""), "inputs.value: round is missing"),
        (policy_text(inputs="on_mising = 'hold'"), "did you mean 'on_missing'"),
        (policy_text(inputs="on_missing = 'auto'"), "'auto' is not known here"),
        (policy_text().replace('["smooth", "lumpy"]', "[]"), "values: is no list of words"),
        (
            policy_text().replace('["smooth", "lumpy"]', '["smooth", "smooth"]'),
            "names a word twice",
        ),
        (
            policy_text().replace("scale = 2", "scale = 2\nrange = [5.0, 1.0]"),
            "inputs.value.range: is no range",
        ),
        (policy_text(route=ROUTE.replace("value =", "valu =")), "did you mean 'value'"),
        (policy_text(route=ROUTE.replace("smooth", "smoth")), "did you mean 'smooth'"),
        (policy_text(route=ROUTE.replace('"auto"', '"approve"')), "'approve' is not known"),
        (policy_text(route=ROUTE.replace("'<= 500.00'", "500.00")), "of the wrong kind; write a"),
        (policy_text(route=ROUTE.replace('why = "tests"', "")), "route[1]: why is missing"),
        (policy_text(route=FREE_PASS), "route[1].when: lets everything pass as auto"),
        (policy_text(route=CATCH_ALL + ROUTE), "R1: is never reached: rule R0 before it"),
        (policy_text(route=ROUTE + ROUTE), "R1: names two rules"),
        (policy_text(rest=rule("guards", "G", "value = '> 1'", "auto")), "'auto' is not known"),
        (policy_text(rest=rule("guards", "G", "", "hold")), "guards[1].when: asks nothing"),
        (policy_text(rest=rule("guards", "G", "value = '-'", "hold")), "guards[1].when: asks noth"),
        (
            policy_text(rest='[[invariants]]\nid="I"\nnever="auto"\nwhen={}\nnote="n"\nwhy="w"'),
            "invariants[1].when: asks nothing",
        ),
        (policy_text(rest="invariants = 4"), "route[1].invariants: is not known here"),
        (policy_text(ordering=""), "policy: ordering is missing"),
        (
            policy_text(ordering=ORDERING.replace(", lumpy = 0.90", "")),
            "ordering.cycle_service_level.by_demand_class: lumpy is missing",
        ),
        (
            policy_text(ordering=ORDERING.replace("lumpy = 0.90", "lumpy = 1.5")),
            "by_demand_class.lumpy: 1.5 is no probability",
        ),
        (
            policy_text(ordering=ORDERING.replace("lumpy = 0.90", "lumpy = 0.9, lumpi = 0.9")),
            "by_demand_class.lumpi: is no demand class; did you mean 'lumpy'",
        ),
        (
            policy_text(ordering=ORDERING.replace("value = 0.10", "value = 1.10")),
            "change_request_min_share.value: 1.10 is no share",
        ),
        (
            policy_text(rest="[typical]\nvalu = 3.00\n"),
            "typical: valu is no declared input; did you mean 'value'",
        ),
        (
            policy_text(rest='[typical]\ndemand_class = "smoth"\n'),
            "typical.demand_class: demand_class 'smoth' is not declared",
        ),
        (
            policy_text(rest='[[tests]]\nname="t"\nwithout=["valu"]\nexpect={outcome="auto"}'),
            "tests[1].without: valu is no declared input",
        ),
    ],
)
def test_a_policy_that_is_not_understood_is_refused(text: str, finding: str) -> None:
    with pytest.raises(PolicyError) as refused:
        load_policy(text)
    assert finding in str(refused.value)


def test_all_findings_come_at_once() -> None:
    wrong = ROUTE.replace("500.00", "500.001").replace("R1", "R0") + ROUTE.replace("smooth", "s")
    with pytest.raises(PolicyError) as refused:
        load_policy(policy_text(route=wrong, ordering=ORDERING.replace("0.10", "2.0")))
    assert [finding.where for finding in refused.value.findings] == [
        "route[1].when.value",
        "route[2].when.demand_class",
        "ordering.change_request_min_share.value",
    ]


TEST = """
[[tests]]
name = "small and smooth"
given = { value = 500.00, demand_class = "smooth" }
expect = { outcome = "auto", rule = "R1" }
"""


def test_a_policy_whose_tests_hold_has_no_finding() -> None:
    assert check_policy(policy(rest=TEST)) == []


def test_a_stored_test_that_fails_forbids_the_policy() -> None:
    (finding,) = check_policy(policy(rest=TEST.replace("500.00", "500.01")))[:1]
    assert finding.severity == "error"
    assert finding.problem == "gives review by no-match, expected auto by R1"


def test_a_rule_without_a_test_and_an_unused_input_are_warned_of() -> None:
    unused = '[inputs.spare]\ntype = "bool"\nunit = "yes or no"\nwhy = "tests"\n'
    findings = check_policy(policy(inputs=unused))
    assert {finding.severity for finding in findings} == {"warning"}
    assert [finding.where for finding in findings] == ["rule R1", "inputs.spare"]


def _messages(**values: int) -> str:
    tables = (
        f'[ordering.{name}]\nunit = "u"\nowner = "tests"\nwhy = "tests"\nvalue = {value}\n'
        for name, value in values.items()
    )
    return ORDERING + "\n" + "\n".join(tables)


def test_without_their_parameters_no_messages_are_made() -> None:
    assert policy().ordering.messages is None


def test_the_parameters_of_messages_are_read() -> None:
    ordering = _messages(
        reschedule_tolerance_days=3, defer_min_days=14, message_horizon_intervals=4
    )
    messages = load_policy(policy_text(ordering=ordering)).ordering.messages
    assert messages == MessageParameters(3, 14, 4)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"defer_min_days": 14}, "reschedule_tolerance_days is missing"),
        (
            {
                "reschedule_tolerance_days": 0,
                "defer_min_days": 14,
                "message_horizon_intervals": 4,
            },
            "0 is out of range",
        ),
    ],
    ids=["some are missing", "one is out of range"],
)
def test_half_told_parameters_of_messages_are_refused(values: dict[str, int], said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        load_policy(policy_text(ordering=_messages(**values)))
