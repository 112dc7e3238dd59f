"""Senders that deliver at once, in any order, leave what one sender in order would leave."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from adapters.canonical.demand import DemandSignal
from service.context import ServiceContext
from service.signals.results import Outcome
from service.work.tables import CompanyRow
from tests.service.builders_signals import allocations, deliver, lines, signal

SENDERS = 6


def _deliver_all(context: ServiceContext, shares: list[list[DemandSignal]]) -> Counter[Outcome]:
    """Each sender delivers its share one by one; the outcomes of all."""

    def send(share: list[DemandSignal]) -> list[Outcome]:
        return [deliver(context, one)[0].result for one in share]

    with ThreadPoolExecutor(SENDERS) as senders:
        return Counter(one for outcomes in senders.map(send, shares) for one in outcomes)


def test_shuffled_versions_end_in_the_newest(shelves: ServiceContext) -> None:
    versions = [
        signal(source_version=version, quantity=version, location="UK" if version % 2 else "FR")
        for version in range(1, 31)
    ]
    random.Random(7).shuffle(versions)  # noqa: S311  no secret, the same order each time
    _deliver_all(shelves, [versions[start::SENDERS] for start in range(SENDERS)])
    (line,) = lines(shelves)
    assert (line.source_version, line.quantity) == (30, Decimal(30))
    assert allocations(shelves) == {"FR": 30}


def test_the_same_message_delivered_at_once_is_applied_once(shelves: ServiceContext) -> None:
    outcomes = _deliver_all(shelves, [[signal()] * 4] * SENDERS)
    assert outcomes == {Outcome.APPLIED: 1, Outcome.DUPLICATE: SENDERS * 4 - 1}


def test_batches_that_overlap_in_opposite_order_do_not_block_each_other(
    shelves: ServiceContext,
) -> None:
    with shelves.database.write() as session:
        session.add(CompanyRow(name="company", title="T", time_zone="UTC", currency="GBP"))
    batch = [
        signal(line_id=str(line), message_id=f"{line}-{version}", source_version=version)
        for line in range(10)
        for version in (2, 1)
    ]

    def send(number: int) -> int:
        order = batch if number % 2 else batch[::-1]
        return len(deliver(shelves, *order))

    with ThreadPoolExecutor(SENDERS) as senders:
        assert list(senders.map(send, range(SENDERS))) == [20] * SENDERS
    assert [line.source_version for line in lines(shelves)] == [2] * 10


def test_the_same_unknown_account_at_once_is_one_exception(shelves: ServiceContext) -> None:
    def send(version: int) -> object:
        unknown = signal(source_version=version, account="NOBODY")
        return deliver(shelves, unknown)[0].exception_id

    with ThreadPoolExecutor(SENDERS) as senders:
        assert len(set(senders.map(send, range(12)))) == 1
