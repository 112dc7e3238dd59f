"""What waited because its account was not known, taken again once the account goes on."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.exceptions.queue import ExceptionState
from service.exceptions.tables import ExceptionRow
from service.feeds.cross_references import CodeKind, resolve
from service.signals.replay import ReplayOrder, replay, replayable

_KINDS = ("unknown_account", "no_location")


def replay_waiting(session: Session, accounts: Iterable[str], who: str, now: datetime) -> int:
    """Try again what waits for want of an account that means one of ``accounts`` now.

    Returns how much was tried; what still cannot be used stays open and says why.
    """
    waiting = select(ExceptionRow).where(
        ExceptionRow.state == ExceptionState.OPEN, ExceptionRow.kind.in_(_KINDS)
    )
    named: defaultdict[str, dict[str, list[ExceptionRow]]] = defaultdict(dict)
    for row in session.scalars(waiting.order_by(ExceptionRow.exception_id)):
        code = row.payload.get("account") or row.payload.get("account_id")
        if isinstance(code, str) and replayable(row):
            named[row.system].setdefault(code, []).append(row)
    wanted = set(accounts)
    ready = [
        row
        for system, codes in named.items()
        for code, key in resolve(session, system, CodeKind.ACCOUNT, codes).items()
        if key in wanted
        for row in codes[code]
    ]
    ready.sort(key=lambda row: row.exception_id)
    replay(session, ready, ReplayOrder(who), now)
    return len(ready)
