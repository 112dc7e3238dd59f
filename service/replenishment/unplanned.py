"""Keys that nobody plans any more: their open proposals go, and nothing current is left."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from rules.ordering.quantities import readable
from service.database.pair_sets import one_of_pairs
from service.exceptions.queue import Finding
from service.proposals.no_longer_planned import retire
from service.replenishment.tables import CurrentRecommendationRow
from service.work.dirty_keys import Key

_KEYS_PER_STATEMENT = 500


def let_go(session: Session, keys: Collection[Key], now: datetime) -> Iterator[Finding]:
    """Take what is open of ``keys`` off the offer; findings for what the ERP has taken already.

    The current recommendation goes too: if the key is planned again with the very same inputs,
    it must be recommended anew.
    """
    retired = retire(session, keys, now)
    ordered = sorted(keys)
    for start in range(0, len(ordered), _KEYS_PER_STATEMENT):
        chunk = ordered[start : start + _KEYS_PER_STATEMENT]
        columns = (CurrentRecommendationRow.item_id, CurrentRecommendationRow.location_id)
        session.execute(
            delete(CurrentRecommendationRow)
            .where(one_of_pairs(session, columns, chunk))
            .execution_options(synchronize_session=False)
        )
    for taken in retired.still_taken:
        item_id, location_id = taken.key
        yield Finding(
            kind="taken_but_not_planned",
            subject_type="proposal",
            system="pegline",
            subject_key=taken.external_ref,
            payload={"item_id": item_id, "location_id": location_id, "state": taken.state},
            detail=(
                f"The ERP has taken {readable(taken.quantity)} of {item_id} for {location_id} "
                f"({taken.external_ref}), which is no longer planned there."
            ),
            remedy="Ask whether it is still wanted; if not, cancel it in the ERP.",
        )
