"""Whatever planners, the ERP and the recompute do in whatever order, the promises hold."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from service.context import ServiceContext
from service.database.engine import Database
from service.http.problems import Problem
from service.proposals.committed import close_received
from service.proposals.expiry import expire_overdue, wake_snoozed
from service.proposals.planner import (
    approve,
    change_quantity,
    reject,
    reopen,
    snooze,
    undo,
    withdraw_edit,
)
from service.proposals.states import (
    AMENDABLE,
    COMMITTED,
    FIRST_STATES,
    Event,
    State,
    may_follow,
)
from service.proposals.tables import ProposalRow
from service.settings import Settings
from tests.service.builders_proposals import TODAY, Desk
from tests.service.conftest import NOW, FakeClock
from tests.service.schema import metadata

_OUTCOMES = st.sampled_from(["auto", "review", "hold"])
_QUANTITIES = st.integers(0, 6).map(lambda dozens: dozens * 12)
_DECISIONS = st.sampled_from([approve, withdraw_edit, reject, reopen, undo])
_OUR_REQUESTS = {Event.CHANGE_REQUESTED, Event.CANCEL_REQUESTED, Event.REQUEST_WITHDRAWN}
_ERPS_ANSWERS = {
    Event.REFUSED,
    Event.SUPERSEDED,
    Event.REQUEST_ACCEPTED,
    Event.REQUEST_REFUSED,
    Event.PROGRESS_REPORTED,
    Event.RECEIVED,
}
_OFFERED = ("item_id", "location_id", "recommended_quantity", "planner_quantity", "supplier_id")


class ProposalMachine(RuleBasedStateMachine):
    """One bottle, one ERP, one planner."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        database = Database(f"sqlite:///{self.folder.name}/pegline.db")
        metadata().create_all(database.engine)
        clock = FakeClock(NOW)
        context = ServiceContext(
            settings=Settings(data_dir=Path(self.folder.name)),
            database=database,
            clock=clock,
            ring=lambda: None,
        )
        self.desk = Desk(context, clock)
        self.claims: list[dict[str, Any]] = []
        self.references: dict[Any, str] = {}
        self.taken: dict[Any, tuple[Any, ...]] = {}
        self.day = TODAY

    def teardown(self) -> None:
        self.desk.context.database.close()
        self.folder.cleanup()

    @rule(quantity=_QUANTITIES, outcome=_OUTCOMES, surplus=_QUANTITIES)
    def the_recompute_runs(self, quantity: int, outcome: str, surplus: int) -> None:
        self.desk.recommend(
            quantity,
            outcome,
            surplus=0 if quantity else surplus,
            order_date=self.day,
            required_date=self.day + timedelta(days=14),
        )

    @rule()
    def nobody_plans_it_any_more(self) -> None:
        self.desk.retire()
        assert not self.desk.claim("requisition", principal="another erp")["proposals"]

    @rule(how=_DECISIONS, pick=st.integers(0, 3))
    def the_planner_decides(self, how: Callable[..., Any], pick: int) -> None:
        self._on(pick, lambda row: self.desk.decide(how, row=row))

    @rule(quantity=_QUANTITIES, pick=st.integers(0, 3))
    def the_planner_edits(self, quantity: int, pick: int) -> None:
        self._on(pick, lambda row: self.desk.decide(change_quantity, Decimal(quantity), row=row))

    @rule(days=st.integers(1, 9), pick=st.integers(0, 3))
    def the_planner_puts_off(self, days: int, pick: int) -> None:
        until = TODAY + timedelta(days=days)
        self._on(pick, lambda row: self.desk.decide(snooze, until, row=row))

    @rule(kind=st.sampled_from(["requisition", "requisition", "change", "cancel"]))
    def the_erp_claims(self, kind: str) -> None:
        claimed = self.desk.claim(kind)
        if claimed["proposals"]:
            self.claims.append(claimed)

    @rule(pick=st.integers(0, 3), quantity=_QUANTITIES)
    def the_erp_acknowledges(self, pick: int, quantity: int) -> None:
        self._answer(pick, lambda claimed: self.desk.acknowledge(claimed, quantity))

    @rule(pick=st.integers(0, 3))
    def the_erp_refuses(self, pick: int) -> None:
        self._answer(pick, self.desk.refuse)

    @rule(state=st.sampled_from(["ordered", "partly_ordered", "closed"]), pick=st.integers(0, 3))
    def the_erp_orders(self, state: str, pick: int) -> None:
        self._on(pick, lambda row: self.desk.progress(row, state, ordered_quantity="6"))

    @rule(pick=st.integers(0, 3), gone=st.booleans())
    def the_feed_tells(self, pick: int, gone: bool) -> None:
        def tell(row: ProposalRow) -> None:
            if row.state in COMMITTED:
                self.desk.purchase_line(row, 6, gone=gone)

        self._on(pick, tell)

    @rule(days=st.sampled_from([0, 1, 20, 60]))
    def time_passes(self, days: int) -> None:
        self.day += timedelta(days=days)
        self.desk.lease_ends()
        with self.desk.context.database.write() as session:
            now = self.desk.clock()
            wake_snoozed(session, self.day, now)
            close_received(session, now)
            expire_overdue(session, self.day, now)

    @invariant()
    def at_most_one_proposal_is_open(self) -> None:
        assert sum(row.state in AMENDABLE for row in self.desk.proposals()) <= 1

    @invariant()
    def a_reference_never_changes(self) -> None:
        for row in self.desk.proposals():
            assert self.references.setdefault(row.proposal_id, row.external_ref) == row.external_ref

    @invariant()
    def what_is_taken_never_changes_silently(self) -> None:
        before, self.taken = self.taken, {}
        for row in self.desk.proposals():
            if row.state in COMMITTED:
                offer = tuple(getattr(row, name) for name in _OFFERED)
                self.taken[row.proposal_id] = before.get(row.proposal_id, offer)
                assert self.taken[row.proposal_id] == offer

    @invariant()
    def a_request_stands_until_the_erp_answers(self) -> None:
        for row in self.desk.proposals():
            awaited = False
            for line in self.desk.history(row):
                assert not (awaited and line.event in _OUR_REQUESTS)
                awaited = (awaited or line.event == Event.REQUEST_CLAIMED) and (
                    line.event not in _ERPS_ANSWERS
                )

    @invariant()
    def every_step_is_in_the_table_and_in_the_history(self) -> None:
        for row in self.desk.proposals():
            first, *rest = self.desk.history(row)
            assert (first.event, State(first.to_state) in FIRST_STATES) == (Event.CREATED, True)
            state = State(first.to_state)
            for line in rest:
                assert line.from_state == state
                assert may_follow(Event(line.event), state, State(line.to_state))
                state = State(line.to_state)
            assert (state, row.row_version) == (row.state, len(rest) + 1)

    def _on(self, pick: int, do: Callable[[ProposalRow], object]) -> None:
        rows = self.desk.proposals()
        if rows:
            with suppress(Problem):
                do(rows[-1 - pick % len(rows)])

    def _answer(self, pick: int, do: Callable[[dict[str, Any]], object]) -> None:
        if self.claims:
            with suppress(Problem):
                do(self.claims[-1 - pick % len(self.claims)])


TestProposalMachine = ProposalMachine.TestCase
TestProposalMachine.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
