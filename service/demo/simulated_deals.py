"""Simulated by rule: a few customers of the shops and what they may buy soon.

The network has sales but no CRM. One deal for every third item of each shop, some weeks of the
shop's usual sales, with stages and windows in turn; no chance is involved, so that anybody can
see why a deal is there.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import cycle
from math import ceil

from adapters.canonical.demand import DeliveryWindow, DemandSignal, OpportunityStatus
from adapters.canonical.identity import SourceRef
from adapters.canonical.master_data import Account
from service.demo.today import CRM, ERP

LABEL = "made up: simulated by rule"
_EVERY = 3
_WEEKS_OF_SALES = 4
_STAGES = (("qualified", "0.35"), ("proposal", "0.6"), ("negotiation", "0.8"), ("commit", "0.95"))
_STARTS_IN_DAYS = (5, 9, 14)
_WINDOW = timedelta(days=6)

Series = tuple[str, str]
"""(item, shop)."""


def account_of(shop: str) -> Account:
    """The simulated customer of a shop, supplied from there."""
    code = account_id(shop)
    return Account(
        source=SourceRef(system=ERP, native_id=code),
        account_id=code,
        name=f"Simulated tennis club near {shop}",
        sourcing_location_id=shop,
        provenance=LABEL,
    )


def account_id(shop: str) -> str:
    """Its code."""
    return f"SIMULATED-CLUB {shop.removeprefix('Tennis shop ').upper()}"


def deals(weekly: Iterable[tuple[Series, float]], today: date) -> list[DemandSignal]:
    """The open opportunities told on the morning of ``today``; ``weekly`` are mean sales."""
    chosen = list(weekly)[::_EVERY]
    turns = zip(chosen, cycle(_STAGES), cycle(_STARTS_IN_DAYS), strict=False)
    morning = datetime(today.year, today.month, today.day, 6, tzinfo=UTC)
    return [
        DemandSignal(
            message_id=f"SIMULATED-MESSAGE-{number:02d}",
            system=CRM,
            opportunity_id=f"SIMULATED-{number:02d}",
            source_version=1,
            account=account_id(shop),
            product=item,
            quantity=Decimal(ceil(mean * _WEEKS_OF_SALES)),
            delivery_window=DeliveryWindow(
                start=today + timedelta(days=days), end=today + timedelta(days=days) + _WINDOW
            ),
            stage=stage,
            status=OpportunityStatus.OPEN,
            win_probability=Decimal(probability),
            occurred_at=morning,
        )
        for number, (((item, shop), mean), (stage, probability), days) in enumerate(turns, start=1)
    ]
