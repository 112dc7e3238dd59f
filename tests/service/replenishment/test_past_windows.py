"""Deals whose close date has passed while nobody touched them in the CRM."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from service.context import ServiceContext
from service.exceptions.queue import Closing, ExceptionState, close
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import FeedKind
from service.replenishment.full_pass import recompute_everything
from service.replenishment.inputs import KeyInputs
from service.replenishment.recommend import inputs_digest
from tests.service.builders_feeds import Erp, terms
from tests.service.builders_plan import WON, of_kind, plan, recommendations
from tests.service.builders_replenishment import key_inputs, setting
from tests.service.builders_signals import deliver, signal
from tests.service.conftest import FakeClock

LAST_WEEK: dict[str, Any] = {"delivery_window": {"start": "2011-08-15", "end": "2011-08-26"}}
LATER: dict[str, Any] = {"delivery_window": {"start": "2011-09-12", "end": "2011-09-16"}}
HALF_GONE: dict[str, Any] = {"delivery_window": {"start": "2011-08-15", "end": "2011-09-02"}}


def kinds(context: ServiceContext) -> list[str]:
    with context.database.read() as session:
        return list(session.scalars(select(ExceptionRow.kind)))


def waiting(context: ServiceContext) -> list[str]:
    with context.database.read() as session:
        rows = select(ExceptionRow.kind).where(ExceptionRow.state == ExceptionState.OPEN)
        return list(session.scalars(rows))


def test_an_open_deal_past_its_window_is_late_demand_for_its_grace(erp: Erp) -> None:
    deliver(erp.context, signal(**LAST_WEEK))
    plan(erp.context)
    assert of_kind(recommendations(erp.context)[-1], "opportunity") == 200
    assert kinds(erp.context) == []


def test_after_the_grace_it_counts_nothing_and_stands_before_a_person_once(
    erp: Erp, clock: FakeClock
) -> None:
    deliver(erp.context, signal(**LAST_WEEK))
    plan(erp.context)
    clock.now += timedelta(days=12)
    recompute_everything(erp.context)
    clock.now += timedelta(days=1)
    recompute_everything(erp.context)
    assert of_kind(recommendations(erp.context)[-1], "opportunity") == 0
    assert kinds(erp.context) == ["past_window"]


def test_a_revised_window_makes_it_count_again(erp: Erp, clock: FakeClock) -> None:
    deliver(erp.context, signal(**LAST_WEEK))
    clock.now += timedelta(days=20)
    plan(erp.context)
    later = {"delivery_window": {"start": "2011-09-20", "end": "2011-09-25"}}
    deliver(erp.context, signal(source_version=2, **later))
    plan(erp.context)
    assert of_kind(recommendations(erp.context)[-1], "opportunity") == 200


def test_what_was_said_of_a_passed_window_ends_with_a_revised_one(
    erp: Erp, clock: FakeClock
) -> None:
    deliver(erp.context, signal(**LAST_WEEK))
    clock.now += timedelta(days=20)
    plan(erp.context)
    assert waiting(erp.context) == ["past_window"]
    later = {"delivery_window": {"start": "2011-09-20", "end": "2011-09-25"}}
    deliver(erp.context, signal(source_version=2, **later))
    plan(erp.context)
    assert waiting(erp.context) == []
    clock.now += timedelta(days=30)
    recompute_everything(erp.context)
    assert waiting(erp.context) == ["past_window"]
    deliver(erp.context, signal(source_version=3, status="lost", win_probability="0", **later))
    plan(erp.context)
    assert waiting(erp.context) == []


def test_what_a_person_has_closed_stays_closed(erp: Erp, clock: FakeClock) -> None:
    deliver(erp.context, signal(**LAST_WEEK))
    clock.now += timedelta(days=20)
    plan(erp.context)
    with erp.context.database.write() as session:
        said = session.scalars(select(ExceptionRow.exception_id)).all()
        close(session, said, Closing(ExceptionState.DISCARDED, "anna", "asked"), clock.now)
    clock.now += timedelta(days=1)
    recompute_everything(erp.context)
    assert kinds(erp.context) == ["past_window"]
    assert waiting(erp.context) == []


def test_an_unplanned_key_is_said_until_its_terms_are_known(erp: Erp) -> None:
    deliver(erp.context, signal(location="FR", **LATER))
    plan(erp.context)
    assert waiting(erp.context) == ["key_not_planned"]
    erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id="FR"))
    plan(erp.context)
    assert waiting(erp.context) == []


def test_a_window_that_has_passed_in_part_still_counts_in_full(erp: Erp) -> None:
    deliver(erp.context, signal(**HALF_GONE))
    plan(erp.context)
    assert of_kind(recommendations(erp.context)[-1], "opportunity") == 200
    assert kinds(erp.context) == []


def test_a_won_deal_past_its_window_is_awaited_in_full(erp: Erp) -> None:
    deliver(erp.context, signal(**{**WON, **LAST_WEEK}))
    plan(erp.context)
    assert of_kind(recommendations(erp.context)[-1], "opportunity") == 400


def test_inputs_that_were_stored_without_a_grace_keep_their_digest() -> None:
    stored = key_inputs().model_dump(mode="json")
    assert "open_grace_days" not in stored["setting"]
    again = KeyInputs.model_validate(stored)
    assert again.setting.open_grace_days == 0
    assert inputs_digest(again) == inputs_digest(key_inputs())
    assert inputs_digest(key_inputs(setting=setting(open_grace_days=14))) != inputs_digest(again)


def test_a_lost_deal_past_its_window_is_nobodys_exception(erp: Erp, clock: FakeClock) -> None:
    deliver(erp.context, signal(status="lost", quantity_basis="renewal", **LAST_WEEK))
    clock.now += timedelta(days=30)
    plan(erp.context)
    assert kinds(erp.context) == []
