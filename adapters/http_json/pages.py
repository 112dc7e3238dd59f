"""Rows of another system, page by page."""

import hashlib
from dataclasses import replace
from typing import Any

from adapters.http_json.answers import PageAnswer, UnreadableAnswerError, read_page
from adapters.http_json.caller import Caller
from adapters.http_json.calls import Call, below, json_bytes
from adapters.http_json.cursors import Position, positions
from adapters.http_json.faults import unreadable
from adapters.ports import FlatRow, IncomingBatch, IncomingKind, IntakeReport
from adapters.row_check import problem_of


class Pages:
    """Reads the kinds that the settings name, each with the cursor that the system gives."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._base = caller.settings.base_url
        self._paths = caller.settings.paths

    def read(self, cursor: str | None) -> tuple[IncomingBatch, str | None] | None:
        """The next page that holds something new."""
        stand = positions(self._caller.settings.reads, cursor)
        for kind, position in stand.in_turn():
            news = self._news(kind, position)
            if news:
                page, digest, after = news
                return _batch(kind, page, digest), stand.moved(kind, after).text()
        return None

    def _news(
        self, kind: IncomingKind, position: Position
    ) -> tuple[PageAnswer, str, Position] | None:
        """The page at the position, or the one after it if it was read; and where to go on."""
        page, digest = self._page(kind, position)
        if digest == position.seen and _leads_on(page, position):
            position = Position(page.next)
            page, digest = self._page(kind, position)
        if digest == position.seen or not (page.rows or page.snapshot):
            return None
        after = Position(page.next) if _leads_on(page, position) else replace(position, seen=digest)
        return page, digest, after

    def settle(self, batch: IncomingBatch, report: IntakeReport) -> None:
        """POST the report, bad rows with it; the same report is the same request."""
        if self._paths.intake_reports is None:
            return
        url = below(self._base, self._paths.intake_reports)
        headers = {**self._caller.authorised(), "idempotency-key": batch.reference}
        body = json_bytes(_told(batch, report))
        self._caller.succeed(Call("POST", url, body, headers))

    def _page(self, kind: IncomingKind, position: Position) -> tuple[PageAnswer, str]:
        params = {"cursor": position.token} if position.token else {}
        url = below(self._base, self._paths.rows, kind=kind)
        call = Call("GET", url, headers=self._caller.authorised(), params=params)
        answer = self._caller.succeed(call)
        try:
            page = read_page(answer.body)
        except UnreadableAnswerError as why:
            raise unreadable(call, why) from why
        content = json_bytes({"rows": page.rows, "snapshot": page.snapshot})
        return page, hashlib.sha256(f"{position.token}\n".encode() + content).hexdigest()[:40]


def _leads_on(page: PageAnswer, position: Position) -> bool:
    return page.next is not None and page.next != position.token


def _batch(kind: IncomingKind, page: PageAnswer, digest: str) -> IncomingBatch:
    numbered = list(enumerate(page.rows, 1))
    problems = {number: problem_of(row) for number, row in numbered}
    return IncomingBatch(
        f"{kind}:{digest}",
        kind,
        [FlatRow(number, row) for number, row in numbered if not problems[number]],
        page.snapshot,
        {number: problem for number, problem in problems.items() if problem},
    )


def _told(batch: IncomingBatch, report: IntakeReport) -> dict[str, Any]:
    values = {row.number: dict(row.values) for row in batch.rows if isinstance(row, FlatRow)}
    findings = [
        {
            "row": finding.number,
            "result": finding.result,
            "problem": finding.problem,
            "remedy": finding.remedy,
            "values": values.get(finding.number),
        }
        for finding in report.findings
    ]
    return {
        "reference": report.reference,
        "kind": batch.kind,
        "refused": report.refused or None,
        "counts": dict(report.counts),
        "findings": findings,
    }
