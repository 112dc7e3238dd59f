"""The open proposals of some keys, and which recommendation each of them follows."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.key_sets import rows_of_keys
from service.proposals.states import AMENDABLE
from service.proposals.subject import NEW_KINDS
from service.proposals.tables import ProposalRow
from service.work.dirty_keys import Key


def open_recommendations(session: Session, keys: Collection[Key]) -> dict[Key, set[UUID]]:
    """The recommendations that the open proposals of each of ``keys`` were derived from last.

    Where one is not the key's current one, the proposal must be derived anew: it came back from
    a rejection or from the ERP while recommendations went on without it. Keys without an open
    proposal are left out; a key has at most one order, and one transfer from each giver.
    """
    followed = select(
        ProposalRow.item_id, ProposalRow.location_id, ProposalRow.recommendation_id
    ).where(
        ProposalRow.state.in_([state.value for state in AMENDABLE]),
        ProposalRow.kind.in_([kind.value for kind in NEW_KINDS]),
    )
    found: defaultdict[Key, set[UUID]] = defaultdict(set)
    for item_id, location_id, recommended in rows_of_keys(
        session, followed, ProposalRow.item_id, keys
    ):
        found[item_id, location_id].add(recommended)
    return found


def open_proposals(session: Session, keys: Collection[Key]) -> list[ProposalRow]:
    """The open proposals of ``keys``, kept from other writers."""
    rows = (
        select(ProposalRow.item_id, ProposalRow.location_id, ProposalRow)
        .where(ProposalRow.state.in_([state.value for state in AMENDABLE]))
        .order_by(ProposalRow.proposal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return [row[2] for row in rows_of_keys(session, rows, ProposalRow.item_id, keys)]
