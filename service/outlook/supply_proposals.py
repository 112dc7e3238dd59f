"""Proposals as supply: what was approved or taken by the ERP, and what it takes away elsewhere.

An approval that can still be taken back is none yet: nobody is told of it before its time.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.database.key_sets import rows_of_keys
from service.proposals.states import AMENDABLE, COMMITTED, State
from service.proposals.tables import ProposalRow
from service.work.dirty_keys import Key

_BRINGS = (ProposalKind.REQUISITION, ProposalKind.TRANSFER)
_STATES = sorted(AMENDABLE | COMMITTED)


@dataclass
class KeyProposals:
    """The open and committed proposals of a key: those that bring, those that take away."""

    bringing: list[ProposalRow] = field(default_factory=list)
    revocable: list[ProposalRow] = field(default_factory=list)
    """They would bring, too: approved, and the approval can still be undone."""
    taking: list[ProposalRow] = field(default_factory=list)
    """Approved transfers that the location gives. What the ERP has taken of them is reserved
    in its inputs (see ``service.proposals.reserved``), until its stock shows that it has left."""

    @property
    def approved(self) -> list[ProposalRow]:
        """Approved for good, and not taken by the ERP yet."""
        return [row for row in self.bringing if row.state == State.APPROVED]

    @property
    def undecided(self) -> list[ProposalRow]:
        """Proposed, but no supply as long as nobody has approved them for good."""
        waiting = AMENDABLE - {State.APPROVED}
        return [*(row for row in self.bringing if row.state in waiting), *self.revocable]


def key_proposals(
    session: Session, keys: Collection[Key], now: datetime
) -> Mapping[Key, KeyProposals]:
    """The proposals of ``keys``, oldest first."""
    found: defaultdict[Key, KeyProposals] = defaultdict(KeyProposals)
    open_rows = (
        select(ProposalRow.item_id, ProposalRow.location_id, ProposalRow)
        .where(ProposalRow.kind.in_(_BRINGS), ProposalRow.state.in_(_STATES))
        .order_by(ProposalRow.proposal_id)
    )
    for item_id, location_id, row in rows_of_keys(session, open_rows, ProposalRow.item_id, keys):
        mine = found[item_id, location_id]
        (mine.revocable if _is_revocable(row, now) else mine.bringing).append(row)
    given = (
        select(ProposalRow.item_id, ProposalRow.from_location_id, ProposalRow)
        .where(ProposalRow.kind == ProposalKind.TRANSFER, ProposalRow.state == State.APPROVED.value)
        .order_by(ProposalRow.proposal_id)
    )
    for item_id, location_id, row in rows_of_keys(session, given, ProposalRow.item_id, keys):
        found[item_id, location_id].taking.append(row)
    return found


def _is_revocable(row: ProposalRow, now: datetime) -> bool:
    until = row.release_not_before
    return row.state == State.APPROVED and until is not None and until > now
