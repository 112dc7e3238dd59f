"""What sales may have heard of: purchases that were made after today, and some that never were."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle, islice

import polars as pl

from service.demo.sales_history import Series
from service.demo.seeding import chance, rng
from service.demo.today import TODAY

REAL_INTENTIONS = 145
DECOYS = 165
MOST_PER_ACCOUNT = 6
MOST_PER_SERIES = 2

_SMALLEST = 24
_WEEKS_OF_SALES = 2
_ALIKE = 1.5
_DAYS_AFTERWARDS = 33
Place = tuple[str, str]
_PURCHASE = ("account_id", "item_id", "location_id")


@dataclass(frozen=True)
class Intention:
    """An account's purchase of an item: ``ordered`` units from ``first_day`` on.

    A decoy has ordered nothing; its ``hoped`` units and its day are made up. For the others
    ``hoped`` is what was ordered.
    """

    account_id: str
    item_id: str
    location_id: str
    hoped: int
    ordered: int
    first_day: date

    @property
    def key(self) -> tuple[str, str, str]:
        """Who, what and from where: (account_id, item_id, location_id)."""
        return self.account_id, self.item_id, self.location_id

    @property
    def place(self) -> Place:
        """The series: (item_id, location_id)."""
        return self.item_id, self.location_id


def intentions(
    sold: pl.DataFrame, after: pl.DataFrame, series: Iterable[Series]
) -> list[Intention]:
    """Real purchases and decoys, in no telling order.

    ``sold`` is the history, ``after`` the lines from today on, ``series`` what is planned.
    """
    planned = {one.key: one for one in series}
    real = _spread(_real(after, planned), REAL_INTENTIONS)
    decoys = _decoys(_idle(sold, after), real, planned)
    return sorted(real + decoys, key=lambda one: chance("number", *one.key))


def _real(after: pl.DataFrame, planned: dict[Place, Series]) -> list[Intention]:
    """Purchases after today that are big against the item's sales."""
    bought = (
        after.filter(pl.col("account_id").is_not_null())
        .group_by(_PURCHASE)
        .agg(pl.col("quantity").sum(), pl.col("sold_on").min())
    )
    return [
        Intention(account, item, location, units, units, day)
        for account, item, location, units, day in bought.iter_rows()
        if units >= _SMALLEST and _is_big(units, planned[item, location])
    ]


def _is_big(units: int, one: Series) -> bool:
    return units >= _WEEKS_OF_SALES * one.weekly_mean


def _idle(sold: pl.DataFrame, after: pl.DataFrame) -> list[tuple[str, str, str]]:
    """(account, item, location) that were bought before today and not again, by lot."""
    known = sold.filter(pl.col("account_id").is_not_null() & (pl.col("quantity") > 0))
    idle = known.select(_PURCHASE).unique().join(after, on=_PURCHASE, how="anti")
    return sorted(idle.iter_rows(), key=lambda key: chance("lot", *key))


def _decoys(
    idle: list[tuple[str, str, str]], real: list[Intention], planned: dict[Place, Series]
) -> list[Intention]:
    """Twins of real purchases that never were: same units, an item of about the same price.

    So neither quantity nor value gives a decoy away.
    """
    decoys = []
    accounts: Counter[str] = Counter()
    for twin in islice(cycle(real), DECOYS):
        price = planned[twin.place].median_price
        for account, item, location in idle:
            one = planned[item, location]
            alike = price / _ALIKE <= one.median_price <= price * _ALIKE
            if alike and accounts[account] < MOST_PER_ACCOUNT and _is_big(twin.hoped, one):
                break
        else:
            continue
        accounts[account] += 1
        idle.remove((account, item, location))
        numbers = rng("decoy", account, item, location)
        day = TODAY + timedelta(days=int(numbers.integers(_DAYS_AFTERWARDS)))
        decoys.append(Intention(account, item, location, twin.hoped, 0, day))
    return decoys


def _spread(found: list[Intention], count: int) -> list[Intention]:
    """``count`` of those found by lot, not too many of one account or series."""
    taken: list[Intention] = []
    accounts: Counter[str] = Counter()
    places: Counter[Place] = Counter()
    for one in sorted(found, key=lambda one: chance("lot", *one.key)):
        if len(taken) == count:
            break
        if accounts[one.account_id] < MOST_PER_ACCOUNT and places[one.place] < MOST_PER_SERIES:
            accounts[one.account_id] += 1
            places[one.place] += 1
            taken.append(one)
    return taken
