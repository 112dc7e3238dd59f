"""Transfers and messages on their way to an ERP and back, each in its own state, each once."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.ports import Capabilities, Idempotency, IncomingKind
from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.proposals.planner import approve
from service.proposals.tables import ProposalRow
from service.sync.connections import Role
from service.sync.rounds import sync_once
from tests.adapters.folder_partner import FolderPartner
from tests.service.builders_erp import FakeErp
from tests.service.builders_feeds import Erp, purchase, steady_erp
from tests.service.builders_network import Network, lane
from tests.service.builders_outside import Systems
from tests.service.conftest import FakeClock

Approved = Callable[[str], ProposalRow]
TODAY = date(2011, 8, 29)
STOCK_AND_DUE_IN_DAYS = {"expedite": (40, 14), "defer": (400, 7), "cancel_order": (3000, 7)}


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    return steady_erp(context)


@pytest.fixture
def network(erp: Erp, clock: FakeClock) -> Network:
    return Network(erp.context, clock, erp)


@pytest.fixture
def approved(network: Network) -> Approved:
    """Make a proposal of a kind, and let a planner approve it."""

    def made(kind: str) -> ProposalRow:
        if kind == "transfer":
            network.count("UK", 600)
            network.place("DE", 40)
            network.connect(lane("UK", "DE"))
        else:
            on_hand, days = STOCK_AND_DUE_IN_DAYS[kind]
            network.count("UK", on_hand)
            due = TODAY + timedelta(days=days)
            network.erp.send(FeedKind.OPEN_ORDERS, purchase("PO-1", "400", due_date=due))
        network.work()
        (row,) = network.open(kind)
        if row.state != "approved":
            network.decide(approve, row=row)
        network.clock.now += timedelta(minutes=1)
        return network.by_ref(row.external_ref)

    return made


@pytest.fixture
def folder(tmp_path: Path, systems: Systems) -> FolderPartner:
    """An ERP that fetches files from a real folder, and answers by files."""
    partner = FolderPartner(tmp_path / "exchange")
    partner.root.mkdir()
    system = partner.opened()
    systems.connect(
        "files",
        Role.ERP,
        {"push": True, "reads": (IncomingKind.PROPOSAL_ANSWERS,)},
        erp=system.erp,
        source=system.source,
        capabilities=system.capabilities,
    )
    return partner


def _rounds(context: ServiceContext) -> None:
    while sync_once(context):
        pass


def _answered(
    network: Network, folder: FolderPartner, row: ProposalRow, answer: str, **more: Any
) -> dict[str, int]:
    """The ERP answers by a file; how its row was taken."""
    network.clock.now += timedelta(seconds=31)
    told = {"external_ref": row.external_ref, "answer": answer, **more}
    folder.offer(IncomingKind.PROPOSAL_ANSWERS, [told])
    _rounds(network.context)
    return dict(folder.reports()[-1].counts)


@pytest.mark.parametrize("kind", ["transfer", *STOCK_AND_DUE_IN_DAYS])
def test_each_kind_is_handed_to_a_folder_once_and_answered_once(
    network: Network, folder: FolderPartner, approved: Approved, kind: str
) -> None:
    row = approved(kind)
    _rounds(network.context)
    (told,) = [one for one in folder.rows("proposals") if one["kind"] == kind]
    assert told["external_ref"] == row.external_ref
    assert (told["from_location_id"] or None) == (row.from_location_id or None)
    assert (told["purchase_line"] or None) == (row.purchase_line or None)
    assert network.by_ref(row.external_ref).state == "claimed"
    yes = {"erp_number": "T-1"}
    assert _answered(network, folder, row, "acknowledged", **yes) == {"acknowledged": 1}
    assert network.by_ref(row.external_ref).state == "acknowledged"
    network.work()
    _rounds(network.context)
    assert len([one for one in folder.rows("proposals") if one["kind"] == kind]) == 1
    assert network.open(kind) == []


@pytest.mark.parametrize("kind", ["transfer", *STOCK_AND_DUE_IN_DAYS])
def test_each_kind_that_a_folder_refuses_comes_back_to_people(
    network: Network, folder: FolderPartner, approved: Approved, kind: str
) -> None:
    row = approved(kind)
    _rounds(network.context)
    assert _answered(network, folder, row, "refused", reason="No lorry.") == {"refused": 1}
    after = network.by_ref(row.external_ref)
    assert after.state == ("rejected" if kind == "transfer" else "in_review")
    assert "No lorry." in str(after.review_reason)
    network.work()
    assert [one.external_ref for one in network.open(kind)] == (
        [] if kind == "transfer" else [row.external_ref]
    )


def test_a_transfer_is_followed_from_the_file_to_its_arrival(
    network: Network, folder: FolderPartner, approved: Approved
) -> None:
    row = approved("transfer")
    _rounds(network.context)
    for answer, more in (
        ("acknowledged", {"erp_number": "T-1"}),
        ("shipped", {}),
        ("received", {}),
        ("closed", {}),
    ):
        assert _answered(network, folder, row, answer, **more) == {answer: 1}
        after = network.by_ref(row.external_ref)
        assert after.state == answer
    assert after.shipped_at
    assert after.received_at
    assert after.shipped_at < after.received_at


@pytest.mark.parametrize("kind", STOCK_AND_DUE_IN_DAYS)
def test_of_a_message_only_the_end_is_told_and_no_goods(
    network: Network, folder: FolderPartner, approved: Approved, kind: str
) -> None:
    row = approved(kind)
    _rounds(network.context)
    _answered(network, folder, row, "acknowledged", erp_number="PO-1", accepted_quantity="0")
    assert network.by_ref(row.external_ref).state == "acknowledged"
    assert _answered(network, folder, row, "shipped") == {"rejected": 1}
    assert _answered(network, folder, row, "closed") == {"closed": 1}
    assert network.by_ref(row.external_ref).state == "closed"


@pytest.mark.parametrize("kind", ["transfer", *STOCK_AND_DUE_IN_DAYS])
def test_each_kind_is_carried_out_once_by_an_erp_that_answers_at_once(
    network: Network, systems: Systems, approved: Approved, kind: str
) -> None:
    there = FakeErp(network.clock)
    capabilities = Capabilities(Idempotency.SEARCH_FIRST)
    systems.connect("wms", Role.ERP, {"push": True}, erp=there, capabilities=capabilities)
    row = approved(kind)
    _rounds(network.context)
    network.work()
    _rounds(network.context)
    assert network.by_ref(row.external_ref).state == "acknowledged"
    if kind == "transfer":
        assert there.documents == [(row.external_ref, "R-1", Decimal(row.recommended_quantity))]
    else:
        assert there.carried_out == [(kind, "erp/PO-1")]
