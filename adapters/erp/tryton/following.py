"""What became of our requisitions and transfers in Tryton, as answers to the proposals.

Only documents that our log-in has made are followed. A purchase, its lines and its receipts carry
stamps of their own, so each has a track of its own; what several tracks lead to is told once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.erp.tryton.follow_states import REQUEST, REQUISITION, SHIPMENT
from adapters.erp.tryton.followed_requisitions import requisition_rows
from adapters.erp.tryton.followed_transfers import transfer_rows
from adapters.erp.tryton.reading.portions import Mapped, Portion, Standing
from adapters.erp.tryton.reading.sweep import Page, from_json, to_json
from adapters.erp.tryton.reading.tracks import Track
from adapters.erp.tryton.rpc import Rpc, Search
from adapters.ports import IncomingKind

_LINE = "purchase.line"
_MOVE = "stock.move"
_PAGE = 200
"""Six tracks together stay below what a batch may hold."""


@dataclass(frozen=True)
class _Trail:
    """A track, and the dotted way from its records to the documents that they are about."""

    track: Track
    way: str = "id"


@dataclass(frozen=True)
class ProposalAnswers:
    """The answers that changed, from whichever of the records they rest on."""

    rpc: Rpc
    kind: IncomingKind = IncomingKind.PROPOSAL_ANSWERS

    def next_portion(self, standing: Standing) -> Portion | None:
        """The next answers after ``standing``; pages of which no answer comes are passed over."""
        stands = dict(standing or {})
        trails = _trails(self.rpc.settings.login)
        while pages := dict(self._pages(trails, stands)):
            stands |= {name: to_json(page.place) for name, page in pages.items()}
            rows = self._rows(trails, pages)
            if rows:
                more = any(page.place.under_way for page in pages.values())
                return Portion(Mapped(rows), stands, more=more)
        return None

    def _pages(
        self, trails: Mapping[str, _Trail], stands: Mapping[str, Any]
    ) -> Iterator[tuple[str, Page]]:
        """The next page of each track that has news."""
        for name, trail in trails.items():
            sweeper = trail.track.sweeper(self.rpc, _PAGE)
            page = sweeper.next_page(from_json(stands.get(name)))
            if page is not None:
                yield name, page

    def _rows(
        self, trails: Mapping[str, _Trail], pages: Mapping[str, Page]
    ) -> list[Mapping[str, Any]]:
        concerned: dict[str, set[int]] = {REQUISITION: set(), SHIPMENT: set()}
        for name, page in pages.items():
            trail = trails[name]
            ids = [change.id for change in page.changes]
            if trail.way == "id":
                concerned[trail.track.model].update(ids)
            else:
                concerned[REQUISITION].update(self._at_the_end(trail, ids))
        requisitions = requisition_rows(self.rpc, sorted(concerned[REQUISITION]))
        return [*requisitions, *transfer_rows(self.rpc, sorted(concerned[SHIPMENT]))]

    def _at_the_end(self, trail: _Trail, ids: Sequence[int]) -> Iterator[int]:
        found = self.rpc.rows(Search(trail.track.model, [trail.way], [("id", "in", list(ids))]))
        for row in found:
            yield from _led_to(row, trail.way.split("."))


def _trails(login: str) -> Mapping[str, _Trail]:
    """Conditions through a reference name the model that it leads to."""
    ours = ("create_uid.login", "=", login)
    request = (f"origin.requisition.{ours[0]}", "=", login, f"{REQUISITION}.line")
    line = (f"requests.{request[0]}", *request[1:])
    move = (f"origin.{line[0]}", "=", login, _LINE, f"{REQUISITION}.line")
    to_requisition = "origin.requisition"
    return {
        "requisitions": _Trail(Track(REQUISITION, "write_date", [ours])),
        "requests": _Trail(Track(REQUEST, "write_date", [request]), to_requisition),
        "purchases": _Trail(
            Track(REQUEST, "purchase_line.purchase.write_date", [request]), to_requisition
        ),
        "lines": _Trail(Track(_LINE, "write_date", [line]), f"requests.{to_requisition}"),
        "receipts": _Trail(Track(_MOVE, "write_date", [move]), f"origin.requests.{to_requisition}"),
        "transfers": _Trail(Track(SHIPMENT, "write_date", [ours])),
    }


def _led_to(row: Mapping[str, Any], way: Sequence[str]) -> Iterable[int]:
    """The ids that a way leads to, through one record or several at each step."""
    first, *rest = way
    if not rest:
        return [row[first]] if row.get(first) else []
    found = row.get(f"{first}.") or []
    records = found if isinstance(found, list) else [found]
    return [one for record in records for one in _led_to(record, rest)]
