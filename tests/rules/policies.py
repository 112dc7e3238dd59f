"""A policy as small as it can be, as text, with the parts that a test is about."""

from rules.policy import Policy, load_policy

ORDERING = """
[ordering.cycle_service_level]
unit = "probability"
owner = "tests"
why = "tests"
by_demand_class = { smooth = 0.95, lumpy = 0.90 }

[ordering.change_request_min_share]
unit = "share"
owner = "tests"
why = "tests"
value = 0.10
"""

ROUTE = """
[[route]]
id = "R1"
when = { value = '<= 500.00', demand_class = '"smooth"' }
outcome = "auto"
reason = "SMALL"
note = "Small and smooth"
why = "tests"
"""


def policy_text(
    *, inputs: str = "", route: str = ROUTE, rest: str = "", ordering: str = ORDERING
) -> str:
    """TOML: the inputs value and demand_class, and rule R1, unless told otherwise."""
    return f"""
policy = "small"
version = 3
owner = "tests"

[effective]
from = 2026-01-01T00:00:00
time_zone = "Europe/London"

[inputs.value]
type = "money"
scale = 2
round = "up"
unit = "GBP"
why = "tests"

[inputs.demand_class]
type = "enum"
values = ["smooth", "lumpy"]
unit = "class"
why = "tests"
{inputs}{ordering}{route}{rest}"""


def policy(*, inputs: str = "", route: str = ROUTE, rest: str = "") -> Policy:
    """That text, loaded."""
    return load_policy(policy_text(inputs=inputs, route=route, rest=rest))


def rule(table: str, id_: str, when: str, outcome: str) -> str:
    """One rule as TOML."""
    return f"""
[[{table}]]
id = "{id_}"
when = {{ {when} }}
outcome = "{outcome}"
reason = "{id_}"
note = "Note of {id_}"
why = "tests"
"""
