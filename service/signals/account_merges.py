"""Two accounts turn out to be one, or two after all.

From a merge on, the old account means the new one: its opportunity lines, sales and open orders
count for it (shares of the baseline, links between orders and deals, the rule that finds the
location), and whatever still comes under the old code does too. The master data of the old
account is kept.

The opposite merge undoes a merge: what it moved goes back, and deals follow the code that their
CRM sent. Sales and order lines that came under the old code in between stay with the account
they were taken for until their sender sends them again. Merges that build on a merge are undone
before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from adapters.canonical.calendar import Moment
from adapters.canonical.identity import Canonical, Code
from service.database.upsert import upsert
from service.feeds.cross_references import CodeKind, existing, translate
from service.feeds.merged_accounts import survivors
from service.feeds.tables import AccountMergeRow, AccountRow
from service.http.problems import Problem
from service.signals.moved_lines import ORDER_TABLES, give_away, give_back, remap_lines
from service.signals.tables import DemandSignalRow
from service.signals.waiting_accounts import replay_waiting
from service.work import dirty_keys
from service.work.dirty_keys import Key
from service.work.tables import GenerationRow

_CAUSE = "account_merge"


class AccountMerge(Canonical):
    """``from_account_id`` was merged into ``into_account_id``; both in the codes of ``system``.

    Where the new account has itself been merged into another, the old one goes on as that one.
    """

    system: Code
    from_account_id: Code
    into_account_id: Code
    merged_at: Moment


@dataclass(frozen=True)
class MergeTaken:
    """What a merge did: ``merged``, ``unchanged`` or ``undone``; and what it moved."""

    merge_id: str
    result: str
    opportunity_lines: int
    keys: int

    def to_json(self) -> dict[str, str | int]:
        """For the sender."""
        return {
            "merge_id": self.merge_id,
            "result": self.result,
            "opportunity_lines": self.opportunity_lines,
            "keys": self.keys,
        }


def take_merge(session: Session, merge: AccountMerge, actor: str, now: datetime) -> MergeTaken:
    """Carry out ``merge``, or undo the one that it is the opposite of; twice is harmless.

    What a merge missed, because it came in at the same moment, is moved when it is sent again.
    Raises a problem for an unknown account, for a circle, and where another merge stands in the
    way.
    """
    _one_at_a_time(session)
    before, after = _keys(session, merge)
    standing = _in_force(session, before)
    opposite = _in_force(session, after)
    if opposite is not None and opposite.into_key == before:
        return _undo(session, opposite, actor, now)
    if standing is not None and standing.into_key == after:
        return _carry_out(session, standing, "unchanged", now)
    if standing is not None:
        raise _conflict("merged-elsewhere", before, standing.into_key)
    if before == _end(session, after):
        raise _conflict("merge-circle", before, after)
    row = AccountMergeRow(
        system=merge.system,
        from_key=before,
        into_key=after,
        merged_at=merge.merged_at,
        taken_at=now,
        taken_by=actor,
    )
    session.add(row)
    session.flush()
    return _carry_out(session, row, "merged", now)


def _one_at_a_time(session: Session) -> None:
    """Two merges at once could close a circle that neither sees."""
    upsert(session, GenerationRow, [{"name": "account_merges", "value": 0}], key=("name",))


def _keys(session: Session, merge: AccountMerge) -> tuple[str, str]:
    codes = (merge.from_account_id, merge.into_account_id)
    keys = translate(session, merge.system, CodeKind.ACCOUNT, codes)
    before, after = (keys[code] for code in codes)
    known = set(
        session.scalars(
            select(AccountRow.account_id).where(AccountRow.account_id.in_((before, after)))
        )
    )
    in_use = existing(session, CodeKind.ACCOUNT, [after])
    for key, is_known in ((before, before in known), (after, after in in_use)):
        if not is_known:
            raise Problem(
                422,
                "unknown-account",
                "A merge names an account that is not known",
                f"There is no account {key!r}, or it is no longer in use.",
                remedy="Send it to /v1/accounts, or say with /v1/cross-references what the code "
                "means.",
            )
    return before, after


_SENTENCES = {
    "newer-merge": (
        "A newer merge builds on this one",
        "Undo that merge first, by sending its opposite.",
    ),
    "merged-elsewhere": (
        "The account was merged into another one",
        "Undo that merge first, by sending its opposite.",
    ),
    "merge-circle": (
        "The merge would lead an account back to itself",
        "To undo a merge, send its very opposite.",
    ),
}


def _conflict(kind: str, account: str, other: str) -> Problem:
    title, remedy = _SENTENCES[kind]
    return Problem(409, kind, title, f"{account!r} and {other!r}.", remedy=remedy)


def _in_force(session: Session, from_key: str) -> AccountMergeRow | None:
    return session.scalar(
        select(AccountMergeRow).where(
            AccountMergeRow.from_key == from_key, AccountMergeRow.undone_at.is_(None)
        )
    )


def _end(session: Session, account: str) -> str:
    """The account that ``account`` goes on as: itself, if it was not merged."""
    return survivors(session, {account}).get(account, account)


def _carry_out(session: Session, row: AccountMergeRow, result: str, now: datetime) -> MergeTaken:
    accounts = (row.from_key, _end(session, row.from_key))
    keys = {
        key for table in ORDER_TABLES for key in give_away(session, table, row.merge_id, accounts)
    }
    return _settle(session, row, result, keys, now)


def _undo(session: Session, row: AccountMergeRow, actor: str, now: datetime) -> MergeTaken:
    newer = session.scalar(
        select(AccountMergeRow).where(
            AccountMergeRow.undone_at.is_(None),
            AccountMergeRow.merge_id > row.merge_id,
            or_(AccountMergeRow.from_key == row.into_key, AccountMergeRow.into_key == row.from_key),
        )
    )
    if newer is not None:
        raise _conflict("newer-merge", newer.from_key, newer.into_key)
    accounts = (_end(session, row.into_key), row.from_key)
    row.undone_at, row.undone_by = now, actor
    session.flush()
    keys = {
        key for table in ORDER_TABLES for key in give_back(session, table, row.merge_id, accounts)
    }
    return _settle(session, row, "undone", keys, now)


def _settle(
    session: Session, row: AccountMergeRow, result: str, moved: Iterable[Key], now: datetime
) -> MergeTaken:
    """Map the deals of both accounts anew, mark all that has changed, and take what waited."""
    wishes = dict.fromkeys(moved, False)
    lines = 0
    for account_id in (row.from_key, _end(session, row.into_key)):
        count, keys = remap_lines(session, account_id, now)
        lines += count
        wishes |= {key: refit or wishes.get(key, False) for key, refit in keys.items()}
    dealt = _items_of_deals(session, row)
    wishes = {key: refit or key[0] in dealt for key, refit in wishes.items()}
    dirty_keys.mark_each(session, wishes, _CAUSE, now)
    accounts = {row.from_key, _end(session, row.into_key)}
    replay_waiting(session, accounts, _CAUSE, now)
    return MergeTaken(str(row.merge_id), result, lines, len(wishes))


def _items_of_deals(session: Session, row: AccountMergeRow) -> set[str]:
    """Items of which shipments may now belong to another deal, so that the baseline may move."""
    accounts = (row.from_key, _end(session, row.into_key))
    deals = select(DemandSignalRow.item_id).where(DemandSignalRow.account_id.in_(accounts))
    return set(session.scalars(deals.distinct()))
