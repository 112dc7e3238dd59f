"""Made up: the CRM's opportunities, as sales would have told them before anyone knew."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from adapters.canonical.demand import (
    DeliveryWindow,
    DemandSignal,
    OpportunityStatus,
    QuantityBasis,
)
from service.demo.accounts import crm_account, crm_product
from service.demo.intentions import Intention
from service.demo.seeding import rng
from service.demo.terms import Packing
from service.demo.today import CRM, MORNING, TODAY

QUANTITY_BIAS = 0.10
QUANTITY_SPREAD = 0.35
"""Mean and deviation of the logarithm of said over meant quantity: sales says ten percent more."""

WINDOW_SHIFT_DAYS = 7

STAGES: tuple[tuple[str, float, float, float], ...] = (
    ("prospecting", 0.15, 0.04, 0.27),
    ("qualified", 0.35, 0.11, 0.27),
    ("proposal", 0.60, 0.23, 0.23),
    ("negotiation", 0.80, 0.27, 0.15),
    ("commit", 0.95, 0.35, 0.08),
)
"""Stage, win probability as the CRM states it, share of the real ones and of the decoys in it.

The stated probability is higher than the share that comes true: sales is hopeful.
"""

TOTAL_SHARE = 0.12
RENEWAL_SHARE = 0.08
WON = 12
"""So many real ones are won already; half of them have an order in the book."""
LOST = 12
WON_LONG_AGO = 2
"""So many decoys were won, and their window ended without an order."""

FLAWS = ("unknown_account",) * 6 + ("unknown_product",) * 5 + ("unknown_unit",) * 4
"""Signals that the exception queue must catch."""

_PACK_SHARE = 0.1
_NAMED_LOCATION_SHARE = 0.15
_ROUND_FROM = 12


@dataclass(frozen=True)
class Opportunity:
    """What the CRM sends, the intention behind it, and what is wrong with it on purpose.

    ``quantity`` is in units, whatever unit the signal uses.
    """

    signal: DemandSignal
    intention: Intention
    quantity: int
    flaw: str | None = None


@dataclass(frozen=True)
class _Fate:
    """What has become of an opportunity on the demo's morning."""

    status: OpportunityStatus = OpportunityStatus.OPEN
    probability: float | None = None
    window_ended: bool = False
    flaw: str | None = None


def opportunities(
    intended: list[Intention], packings: dict[str, Packing], bought_before: set[tuple[str, ...]]
) -> list[Opportunity]:
    """One opportunity for each intention.

    ``bought_before`` holds (account, item, location) of the history: only what an account buys
    anyway can be renewed.
    """
    fates = _fates(intended)
    return [
        _opportunity(number, one, fates.get(number, _Fate()), (packings, bought_before))
        for number, one in enumerate(intended, start=1)
    ]


def _fates(intended: list[Intention]) -> dict[int, _Fate]:
    numbered = list(enumerate(intended, start=1))
    real = [number for number, one in numbered if one.ordered]
    decoys = [number for number, one in numbered if not one.ordered]
    won, lost, open_status = OpportunityStatus.WON, OpportunityStatus.LOST, OpportunityStatus.OPEN
    fates = {number: _Fate(won, 1.0) for number in real[:WON]}
    fates |= {number: _Fate(lost, 0.01 * (number % 2)) for number in decoys[:LOST]}
    ended = decoys[LOST : LOST + WON_LONG_AGO]
    fates |= {number: _Fate(won, 1.0, window_ended=True) for number in ended}
    free = [number for number, _ in numbered if number not in fates]
    fates |= {
        number: _Fate(open_status, flaw=flaw) for number, flaw in zip(free, FLAWS, strict=False)
    }
    return fates


def _opportunity(
    number: int,
    one: Intention,
    fate: _Fate,
    knowledge: tuple[dict[str, Packing], set[tuple[str, ...]]],
) -> Opportunity:
    packings, bought_before = knowledge
    numbers = rng("opportunity", *one.key)
    stage, probability = _stage(numbers, real=one.ordered > 0)
    quantity, unit = _said(numbers, one.hoped, packings[one.item_id])
    named = numbers.random() < _NAMED_LOCATION_SHARE
    signal = DemandSignal(
        message_id=f"DEMO-MESSAGE-{number:04d}",
        system=CRM,
        opportunity_id=f"DEMO-OPP-{number:04d}",
        source_version=1,
        account=crm_account(one.account_id),
        product=crm_product(one.item_id),
        location=one.location_id if named else None,
        quantity=Decimal(quantity),
        unit=unit,
        quantity_basis=_basis(numbers, known=one.key in bought_before),
        delivery_window=_window(numbers, one.first_day, ended=fate.window_ended),
        stage=f"closed {fate.status}" if fate.status is not OpportunityStatus.OPEN else stage,
        status=fate.status,
        win_probability=Decimal(str(probability if fate.probability is None else fate.probability)),
        occurred_at=MORNING - timedelta(days=int(numbers.integers(1, 30))),
    )
    units = quantity * (packings[one.item_id].units if unit else 1)
    return Opportunity(_flawed(signal, fate.flaw, number), one, units, fate.flaw)


def _flawed(signal: DemandSignal, flaw: str | None, number: int) -> DemandSignal:
    wrong = {
        "unknown_account": {"account": f"CRM-99{number:03d}"},
        "unknown_product": {"product": f"CAT-RETIRED-{number}"},
        "unknown_unit": {"unit": "CRATE"},
    }
    return signal if flaw is None else signal.model_copy(update=wrong[flaw])


def _stage(numbers: np.random.Generator, *, real: bool) -> tuple[str, float]:
    shares = [in_real if real else in_decoys for _, _, in_real, in_decoys in STAGES]
    stage, stated, _, _ = STAGES[int(numbers.choice(len(STAGES), p=shares))]
    return stage, round(stated + 0.05 * int(numbers.integers(-1, 2)) * (stated < 0.9), 2)  # noqa: PLR2004  a commit stays at its figure


def _said(numbers: np.random.Generator, meant: int, packing: Packing) -> tuple[int, str | None]:
    """The quantity as said, in round numbers, and its unit where that is not the base unit."""
    said = meant * float(np.exp(numbers.normal(QUANTITY_BIAS, QUANTITY_SPREAD)))
    in_packs = numbers.random() < _PACK_SHARE
    if in_packs and packing.units > 1:
        return max(1, round(said / packing.units)), packing.unit
    step = 6 if said >= _ROUND_FROM else 1
    return max(1, round(said / step)) * step, None


def _basis(numbers: np.random.Generator, *, known: bool) -> QuantityBasis:
    share = numbers.random()
    if not known or share >= TOTAL_SHARE + RENEWAL_SHARE:
        return QuantityBasis.INCREMENTAL
    return QuantityBasis.TOTAL if share < TOTAL_SHARE else QuantityBasis.RENEWAL


def _window(numbers: np.random.Generator, first_day: date, *, ended: bool) -> DeliveryWindow:
    shift = int(numbers.integers(-WINDOW_SHIFT_DAYS, WINDOW_SHIFT_DAYS + 1))
    days = int(numbers.choice((7, 14, 21, 28)))
    start = max(first_day + timedelta(days=shift), TODAY - timedelta(days=3))
    if ended:
        start = TODAY - timedelta(days=days + 20)
    return DeliveryWindow(start=start, end=start + timedelta(days=days - 1))
