"""A person in Tryton refuses a requisition that it had taken: it comes back, and is asked anew."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from service.bootstrap import build
from service.context import ServiceContext
from service.database import migrate
from service.forecasts.baselines import fit_dirty
from service.policies.versions import ensure_default
from service.proposals.decisions import Edit
from service.proposals.planner import approve
from service.proposals.tables import ProposalRow
from service.replenishment.recompute import recompute_dirty
from service.settings import Settings
from service.signals.tables import DemandSignalRow
from service.sync.connections import NewConnection, Role, connect, kinds_of
from service.sync.rounds import sync_once
from service.sync.secret_files import Secret, SecretFiles
from tests.service.conftest import FakeClock
from tests.tryton.person import Person
from tests.tryton.seeded import ADMINISTRATOR, OPEN_DEAL, PURCHASER, SERVICE
from tests.tryton.server import TrytonServer

pytestmark = pytest.mark.tryton

REQUISITION = "purchase.requisition"
_MOST_ROUNDS = 50
NOT_THERE = {"forecasts", "supplier_conditions"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime.now(UTC))


@pytest.fixture
def context(tmp_path: Path, clock: FakeClock) -> Iterator[ServiceContext]:
    settings = Settings(data_dir=tmp_path / "pegline")
    settings.data_dir.mkdir()
    migrate.upgrade(settings.url)
    built = build(settings)
    with built.database.write() as session:
        ensure_default(session, clock())
    yield replace(built, clock=clock)
    built.outside.close()
    built.database.close()


@pytest.fixture
def connected(context: ServiceContext, tryton: TrytonServer) -> Person:
    """Tryton is our ERP and CRM, and was read; the purchaser there."""
    SecretFiles(context.settings.secrets_dir).keep("erp", Secret.TOKEN, SERVICE.password)
    roles = (Role.ERP, Role.CRM)
    reads = [one for one in kinds_of(roles) if one not in NOT_THERE]
    settings = {
        "base_url": tryton.url,
        "database": tryton.storage.name,
        "login": SERVICE.user,
        "opportunity_location": "MAIN",
    }
    wanted = NewConnection("erp", "tryton", roles, settings, reads=reads, push=True)
    with context.database.write() as session:
        connect(session, wanted, context.clock())
    _rounds(context)
    return Person(tryton, PURCHASER)


def _rounds(context: ServiceContext) -> None:
    """Time passes; what is due is read, told and handed over, and planned, until there is rest."""
    assert isinstance(context.clock, FakeClock)
    context.clock.now += timedelta(minutes=2)
    for _ in range(_MOST_ROUNDS):
        if not (sync_once(context) or fit_dirty(context) or recompute_dirty(context).keys):
            return
    raise AssertionError("there is always something to do")


def _proposals(context: ServiceContext) -> list[ProposalRow]:
    kinds = select(ProposalRow).where(ProposalRow.kind == "requisition")
    with context.database.read() as session:
        return list(session.scalars(kinds.order_by(ProposalRow.proposal_id)))


def _approved(context: ServiceContext, row: ProposalRow) -> ProposalRow:
    """A planner approves it, and it is handed over."""
    edit = Edit(row.proposal_id, row.row_version, "ann", "needed")
    with context.database.write() as session:
        approve(session, edit, context.clock())
    _rounds(context)
    return _again(context, row)


def _again(context: ServiceContext, row: ProposalRow) -> ProposalRow:
    with context.database.read() as session:
        return session.get_one(ProposalRow, row.proposal_id)


def test_a_requisition_that_a_person_rejects_comes_back_and_is_asked_for_anew(
    context: ServiceContext, connected: Person
) -> None:
    open_ones = [row for row in _proposals(context) if row.state == "in_review"]
    row = _approved(context, open_ones[0])
    assert (row.state, row.erp_number) == ("acknowledged", row.external_ref)
    numbered = [["number", "like", f"{row.external_ref}%"]]
    [there] = connected.find(REQUISITION, numbered, "state")
    connected.press(REQUISITION, [there["id"]], "reject")
    _rounds(context)
    row = _again(context, row)
    assert (row.state, row.offer) == ("in_review", 2)
    assert "had it as" in str(row.review_reason)
    assert "rejected" in str(row.review_reason)
    row = _approved(context, row)
    assert (row.state, row.erp_number) == ("acknowledged", f"{row.external_ref}#2")
    _rounds(context)
    assert _again(context, row).state == "acknowledged"
    told = connected.find(REQUISITION, numbered, "number", "state")
    assert sorted((one["number"], one["state"]) for one in told) == [
        (row.external_ref, "rejected"),
        (f"{row.external_ref}#2", "waiting"),
    ]


@pytest.mark.usefixtures("connected")
def test_a_line_that_is_taken_out_of_an_opportunity_is_deleted_here(
    context: ServiceContext, tryton: TrytonServer
) -> None:
    seller = Person(tryton, ADMINISTRATOR)
    [deal] = seller.find("sale.opportunity", [["reference", "=", OPEN_DEAL]], "lines", "number")
    before = _lines(context, deal["number"])
    assert set(before.values()) == {"open"}
    gone = deal["lines"][0]
    seller.write("sale.opportunity", [deal["id"]], lines=[["delete", [gone]]])
    _rounds(context)
    assert _lines(context, deal["number"]) == {**before, str(gone): "deleted"}


def _lines(context: ServiceContext, opportunity_id: str) -> dict[str, str]:
    lines = select(DemandSignalRow.line_id, DemandSignalRow.status).where(
        DemandSignalRow.opportunity_id == opportunity_id
    )
    with context.database.read() as session:
        return {row[0]: row[1] for row in session.execute(lines)}
