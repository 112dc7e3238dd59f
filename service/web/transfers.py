"""The transfers of a recommendation as a page shows them: from whom, and why so much."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.feeds.tables import LocationRow
from service.proposals.tables import ProposalRow
from service.replenishment.tables import RecommendationRow


@dataclass(frozen=True)
class TransferTerm:
    """A line of one end's sum."""

    label: str
    quantity: Decimal


@dataclass(frozen=True)
class TransferSide:
    """One end of a transfer: what its terms are called together, and the terms."""

    title: str
    terms: tuple[TransferTerm, ...]


@dataclass(frozen=True)
class TransferView:
    """A planned transfer with the terms of both ends; ``reference`` is its newest proposal."""

    giver: str
    receiver: str
    unit: str
    quantity: Decimal
    available: Decimal
    sides: tuple[TransferSide, ...]
    reference: str = ""
    state: str = ""


def transfers_of(
    session: Session, recommendation: RecommendationRow, only_from: str = ""
) -> list[TransferView]:
    """The transfers that ``recommendation`` plans, or only the one from a location."""
    told = [
        one
        for one in recommendation.explanation.get("transfers", ())
        if only_from in ("", one["from_location_id"])
    ]
    if not told:
        return []
    proposals = _newest_proposals(session, recommendation)
    names = location_names(
        session, {one[end] for one in told for end in ("from_location_id", "to_location_id")}
    )
    return [_view(one, names, proposals.get(one["from_location_id"])) for one in told]


def location_names(session: Session, codes: set[str]) -> dict[str, str]:
    """What locations are called; their codes where they have no name."""
    rows = session.execute(
        select(LocationRow.location_id, LocationRow.name).where(LocationRow.location_id.in_(codes))
    )
    return dict.fromkeys(codes, "") | {row.location_id: row.name for row in rows}


def _newest_proposals(
    session: Session, recommendation: RecommendationRow
) -> dict[str, ProposalRow]:
    """By giver, the newest transfer to the recommendation's key."""
    rows = session.scalars(
        select(ProposalRow)
        .where(
            ProposalRow.kind == ProposalKind.TRANSFER.value,
            ProposalRow.item_id == recommendation.item_id,
            ProposalRow.location_id == recommendation.location_id,
        )
        .order_by(ProposalRow.created_at, ProposalRow.proposal_id)
    )
    return {row.from_location_id: row for row in rows}


def _view(
    told: Mapping[str, Any], names: Mapping[str, str], proposal: ProposalRow | None
) -> TransferView:
    giver = names[told["from_location_id"]] or told["from_location_id"]
    receiver = names[told["to_location_id"]] or told["to_location_id"]
    return TransferView(
        giver=giver,
        receiver=receiver,
        unit=str(told["unit"]),
        quantity=Decimal(told["quantity"]),
        available=Decimal(told["available"]),
        sides=(
            TransferSide(f"What {giver} can spare", _terms(told["giver_terms"])),
            TransferSide(f"What {receiver} needs", _terms(told["receiver_terms"])),
        ),
        reference=proposal.external_ref if proposal else "",
        state=proposal.state if proposal else "",
    )


def _terms(told: list[Mapping[str, Any]]) -> tuple[TransferTerm, ...]:
    return tuple(TransferTerm(str(one["label"]), Decimal(one["quantity"])) for one in told)
