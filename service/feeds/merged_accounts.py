"""Accounts that turned out to be one: which of them goes on.

What refers to a merged account means the one it was merged into; its own master data is kept, so
that a merge can be undone.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.feeds.code_sets import one_of
from service.feeds.tables import AccountMergeRow


def survivors(session: Session, accounts: Collection[str]) -> dict[str, str]:
    """The accounts that those of ``accounts`` which were merged go on as, however often."""
    found = _merged_into(session, set(accounts))
    ends = dict(found)
    while found:
        found = _merged_into(session, set(found.values()))
        ends = {account: found.get(end, end) for account, end in ends.items()}
    return ends


def with_survivors(session: Session, keys: Mapping[str, str]) -> dict[str, str]:
    """Accounts by their codes, each merged one replaced by the one that goes on."""
    ends = survivors(session, set(keys.values()))
    return {code: ends.get(key, key) for code, key in keys.items()}


def _merged_into(session: Session, accounts: Collection[str]) -> dict[str, str]:
    if not accounts:
        return {}
    rows = session.execute(
        select(AccountMergeRow.from_key, AccountMergeRow.into_key).where(
            one_of(session, AccountMergeRow.from_key, accounts),
            AccountMergeRow.undone_at.is_(None),
        )
    )
    return {row[0]: row[1] for row in rows}
