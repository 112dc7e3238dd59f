"""How likely it is that supply falls short until the end of a deal's window, simulated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from adapters.canonical.demand import OpportunityStatus
from forecasting.overlay import OverlaySetting
from forecasting.shortage import ASKED_WITH, QUESTIONS, shortage_probabilities
from rules.ordering.quantities import from_float
from service.outlook.supply_position import SupplyPosition
from service.replenishment.inputs import OpportunityInput
from service.replenishment.overridden_baseline import overridden_baseline

_TEN_THOUSANDTH = Decimal("0.0001")


@dataclass(frozen=True)
class Risk:
    """The probability of a shortage, with the deal as likely as it is, and with it won."""

    as_is: Decimal
    if_won: Decimal

    @staticmethod
    def of_any(risks: Sequence["Risk"]) -> "Risk":
        """That any of several locations falls short; what they sell is drawn independently."""
        as_is = if_won = Decimal(1)
        for risk in risks:
            as_is, if_won = as_is * (1 - risk.as_is), if_won * (1 - risk.if_won)
        return Risk((1 - as_is).quantize(_TEN_THOUSANDTH), (1 - if_won).quantize(_TEN_THOUSANDTH))


def shortage_risks(asked: Sequence[tuple[SupplyPosition, str]]) -> Mapping[str, Risk]:
    """The risk for each deal, given by its position and name; all have one business date."""
    if not asked:
        return {}
    setting = asked[0][0].inputs.setting
    questions: list[tuple[Any, ...]] = []
    deals: list[tuple[Any, ...]] = []
    for number, (position, name) in enumerate(asked):
        day = position.expected[name].window_end
        for question, won in ((2 * number, None), (2 * number + 1, name)):
            questions.append((question, *_question(position, day)))
            deals += [(question, *row) for row in _deals(position, won)]
    found = shortage_probabilities(
        pl.DataFrame(questions, schema=dict(QUESTIONS.columns), orient="row"),
        pl.DataFrame(deals, schema=dict(ASKED_WITH.columns), orient="row"),
        OverlaySetting(setting.business_date, setting.scenario_count),
    )
    exact = [from_float(one).quantize(_TEN_THOUSANDTH) for one in found.tolist()]
    return {
        name: Risk(exact[2 * number], exact[2 * number + 1])
        for number, (_, name) in enumerate(asked)
    }


def _question(position: SupplyPosition, day: date) -> tuple[Any, ...]:
    baseline = position.inputs.baseline
    overridden = overridden_baseline(position.inputs)
    return (
        baseline.interval_days,
        list(overridden.quantiles),
        (day - position.today).days + 1,
        float(position.unlinked_by(day)),
        float(position.firm_by(day)),
        float(position.due_by(day)),
    )


def _deals(position: SupplyPosition, won: str | None) -> list[tuple[Any, ...]]:
    """All deals of a key, one of them taken for won."""
    return [
        (
            position.inputs.item_id,
            position.inputs.location_id,
            name,
            float(one.unordered),
            float(one.win_probability),
            one.quantity_basis,
            _status(one, is_won=name == won),
            one.window_start,
            one.window_end,
            one.account_share,
        )
        for name, one in position.expected.items()
    ]


def _status(one: OpportunityInput, *, is_won: bool) -> str:
    return OpportunityStatus.WON.value if is_won else one.status
