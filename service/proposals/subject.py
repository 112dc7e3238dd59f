"""What a proposal is about: which keys it moves, and which other proposals are for the same."""

from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.proposals.tables import ProposalRow
from service.work.dirty_keys import Key

NEW_KINDS = frozenset({ProposalKind.REQUISITION, ProposalKind.TRANSFER})
"""Kinds that ask the ERP for a document it does not have yet."""

PLACES = (ProposalRow.item_id, ProposalRow.location_id, ProposalRow.from_location_id)
"""The columns that ``keys_of`` reads."""


class Placed(Protocol):
    """A proposal, or a row of ``PLACES``."""

    @property
    def item_id(self) -> Any:
        """The item."""

    @property
    def location_id(self) -> Any:
        """Where it is needed."""

    @property
    def from_location_id(self) -> Any:
        """Who gives, in a transfer; else empty."""


def keys_of(row: Placed) -> list[Key]:
    """The keys whose inventory position it moves: the receiver's, and the giver's of a transfer."""
    giver = [(row.item_id, row.from_location_id)] if row.from_location_id else []
    return [(row.item_id, row.location_id), *giver]


def keys_of_proposal(session: Session, *conditions: ColumnElement[bool]) -> list[Key] | None:
    """The keys of the proposal that meets ``conditions``; None if there is none."""
    found = session.execute(select(*PLACES).where(*conditions)).one_or_none()
    return None if found is None else keys_of(found)


def about_the_same(row: ProposalRow) -> ColumnElement[bool]:
    """Proposals of the same kind for the same item, locations and purchase line."""
    return and_(
        ProposalRow.kind == row.kind,
        ProposalRow.item_id == row.item_id,
        ProposalRow.location_id == row.location_id,
        ProposalRow.from_location_id == row.from_location_id,
        ProposalRow.purchase_line == row.purchase_line,
    )
