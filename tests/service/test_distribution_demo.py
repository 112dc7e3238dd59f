"""The second demo: a whole network, fed as an ERP would, apart from the first."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

import service.demo
from service.context import ServiceContext
from service.database.base import Table
from service.demo.company import OtherCompanyError
from service.demo.credentials import ensure_credentials
from service.demo.cut_distribution import cut
from service.demo.distribution import TODAY, read_network
from service.demo.load import load
from service.demo.load_distribution import DISTRIBUTION, load_distribution
from service.demo.loading import DemoLoad
from service.demo.next_steps import Story, next_steps
from service.exceptions.tables import ExceptionRow
from service.feeds.tables import (
    ItemRow,
    LocationRow,
    SalesLineRow,
    StockPositionRow,
    SupplierTermsRow,
    TransferLaneRow,
)
from service.forecasts.tables import SeriesForecastRow
from service.policies.versions import ensure_default
from service.progress import silent
from service.proposals.tables import ProposalRow
from service.replenishment.facts import VALUE
from service.replenishment.full_pass import recompute_everything
from service.replenishment.tables import DecisionRow
from service.signals.tables import DemandSignalRow
from service.work.tables import CompanyRow

ITEMS = 3
DATA = Path(service.demo.__file__).parent / "data" / "distribution"


def _counts(context: ServiceContext, *tables: type[Table]) -> list[int]:
    with context.database.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


NETWORK = (ItemRow, LocationRow, SupplierTermsRow, TransferLaneRow, StockPositionRow, SalesLineRow)


def test_the_whole_network_is_taken(context: ServiceContext) -> None:
    done = load_distribution(context, silent)
    outcomes = {name: set(step) for name, step in done.outcomes.items()}
    told = outcomes.pop("opportunities")
    assert {outcome for step in outcomes.values() for outcome in step} == {"stored"}
    assert told == {"applied"}
    assert _counts(context, *NETWORK) == [11, 3, 11, 22, 33, 3294]
    assert _counts(context, ExceptionRow, DemandSignalRow) == [0, 8]


def test_each_step_of_loading_can_be_done_again(context: ServiceContext) -> None:
    class PowerCutError(Exception):
        pass

    def cut_the_power(step: str, done: int, total: int) -> None:
        if step == "opportunities" and done == total:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        load_distribution(context, cut_the_power, limit=ITEMS)
    before = _counts(context, *NETWORK, DemandSignalRow)
    again = load_distribution(context, silent, limit=ITEMS)
    told = again.outcomes.pop("opportunities")
    assert {outcome for step in again.outcomes.values() for outcome in step} == {"unchanged"}
    assert set(told) == {"duplicate"}
    assert _counts(context, *NETWORK, DemandSignalRow) == before
    third = load_distribution(context, silent, limit=ITEMS)
    assert third == DemoLoad(already_there=True, outcomes={})


def test_the_demos_do_not_mix(context: ServiceContext) -> None:
    load_distribution(context, silent, limit=ITEMS)
    with pytest.raises(OtherCompanyError, match="frePPLe"):
        load(context, silent, limit=1)


def test_today_comes_right_after_the_history(context: ServiceContext) -> None:
    load_distribution(context, silent, limit=ITEMS)
    with context.database.read() as session:
        company = session.scalars(select(CompanyRow)).one()
        last = session.scalar(select(func.max(SalesLineRow.sold_on)))
    assert (company.title, company.business_date) == (DISTRIBUTION.title, TODAY)
    assert last is not None
    assert 0 < (TODAY - last).days <= 7
    assert len(DISTRIBUTION.notice) <= 500


def test_every_row_says_that_it_is_made_up(context: ServiceContext) -> None:
    load_distribution(context, silent, limit=ITEMS)
    with context.database.read() as session:
        for table in NETWORK:
            provenance = table.__table__.c.provenance
            told = set(session.scalars(select(provenance).distinct()))
            assert all("made up" in one for one in told), table


def test_orders_have_a_value_that_the_policy_can_judge(context: ServiceContext) -> None:
    load_distribution(context, silent, limit=ITEMS)
    with context.database.write() as session:
        ensure_default(session, context.clock())
    recompute_everything(context)
    with context.database.read() as session:
        decided = session.execute(
            select(DecisionRow.facts)
            .join(ProposalRow, ProposalRow.decision_id == DecisionRow.decision_id)
            .where(ProposalRow.kind == "requisition")
        ).all()
    assert decided
    assert all(facts[VALUE] is not None for (facts,) in decided)


def test_shops_are_supplied_from_the_centre_before_it_buys(context: ServiceContext) -> None:
    load_distribution(context, silent)
    with context.database.write() as session:
        ensure_default(session, context.clock())
    recompute_everything(context)
    with context.database.read() as session:
        proposed = list(session.scalars(select(ProposalRow)))
        there = {
            (row.item_id, row.location_id): row.on_hand
            for row in session.scalars(select(StockPositionRow))
        }
    transfers = [row for row in proposed if row.kind == "transfer"]
    bought = [row for row in proposed if row.kind == "requisition"]
    assert transfers
    assert {row.from_location_id for row in transfers} == {"RDC"}
    assert {row.location_id for row in bought} == {"RDC"}
    given: Counter[str] = Counter()
    for row in transfers:
        given[row.item_id] += int(row.recommended_quantity)
    assert all(units <= there[item, "RDC"] for item, units in given.items())
    assert len(transfers) > len(bought)
    for row in bought:  # only what the centre has no more of
        assert given[row.item_id] == there[row.item_id, "RDC"]


def test_the_centre_sells_nothing_itself_and_keeps_nothing_for_itself(
    context: ServiceContext,
) -> None:
    load_distribution(context, silent, limit=ITEMS)
    with context.database.write() as session:
        ensure_default(session, context.clock())
    recompute_everything(context)
    with context.database.read() as session:
        centre = session.scalars(
            select(SeriesForecastRow).where(SeriesForecastRow.location_id == "RDC")
        ).all()
    assert {(row.demand_class, row.interval_mean) for row in centre} == {("intermittent", 0)}


def test_the_next_steps_name_real_codes(context: ServiceContext) -> None:
    load_distribution(context, silent, limit=ITEMS)
    credentials = ensure_credentials(context)
    with context.database.read() as session:
        steps = next_steps(session, "http://127.0.0.1:8000", credentials, Story(deal=40))
    assert '"start": "2021-02-02"' in steps[0].command
    assert '"quantity": "40"' in steps[0].command
    assert "item=All-surface%20" in steps[1].command


def test_the_attribution_ships_with_the_data() -> None:
    licence = (DATA / "LICENSE").read_text("utf-8")
    assert "frePPLe" in licence
    assert "Permission is hereby granted, free of charge" in licence
    assert "MIT" in (DATA / "README.md").read_text("utf-8")


def test_the_cut_keeps_closed_orders_and_whole_days() -> None:
    key = {"item_id": "Ball", "location_id": "Shop"}
    fixture = [
        {"model": "input.item", "fields": {"name": "All", "description": "group"}},
        {
            "model": "input.item",
            "fields": {"name": "Ball", "description": "a ball", "category": "Balls"},
        },
        {"model": "input.location", "fields": {"name": "Shop", "description": "a shop"}},
        {"model": "input.buffer", "fields": {**key, "onhand": 5}},
        {
            "model": "input.itemsupplier",
            "fields": {**key, "supplier_id": "S", "leadtime": "604800.0", "cost": 5},
        },
        {
            "model": "input.itemdistribution",
            "fields": {**key, "origin_id": "DC", "leadtime": "259200.0", "sizemultiple": 6},
        },
        *(
            {
                "model": "input.demand",
                "fields": {
                    **key,
                    "name": status,
                    "status": status,
                    "due": "2021-01-25 00:00:00",
                    "quantity": 2,
                },
            }
            for status in ("closed", "open")
        ),
    ]
    network = cut(fixture)
    assert network["items"] == [["Ball", "a ball", "Balls"]]
    assert network["terms"] == [["Ball", "Shop", "S", 7, 1, 1, 5]]
    assert network["lanes"] == [["Ball", "Shop", "DC", 3, 1, 6]]
    assert network["sales"] == [["closed", "Ball", "Shop", "2021-01-25", 2]]
    assert set(network) == set(read_network())


def test_a_demo_in_anothers_database_says_so_and_loads_nothing(tmp_path: Path) -> None:
    """The command, in a process of its own: the refusal is a sentence, not a traceback."""
    root = Path(__file__).parents[2]
    environment = {"PYTHONPATH": str(root), "REPLENISH_DATA_DIR": str(tmp_path), "PATH": ""}
    command = [sys.executable, "-m", "service.cli.main"]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    run("migrate")
    run("company", "A real firm", "--time-zone", "Europe/London", "--currency", "GBP")
    refused = run("demo", "distribution")
    assert refused.returncode == 1
    assert "A real firm" in refused.stderr
    assert "Traceback" not in refused.stderr
