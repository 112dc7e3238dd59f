"""The doctor asks the connected systems that can be asked, and waits for none of them long."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.ports import Examined, Failure, OutsideSystem, PortError
from service.context import ServiceContext
from service.doctor.connected_systems import PATIENCE, examine_connected
from service.doctor.finding import Health
from service.sync.connections import Role, existing
from tests.service.builders_examined import LOGGED_IN, MAY_NOT, Examinee
from tests.service.builders_outside import Systems, outside_of
from tests.service.conftest import FakeClock


@pytest.fixture
def systems(context: ServiceContext, clock: FakeClock) -> Systems:
    opened: dict[str, OutsideSystem] = {}
    return Systems(replace(context, outside=outside_of(opened)), clock, opened)


def _told(systems: Systems, patience: timedelta = PATIENCE) -> list[tuple[str, str, str]]:
    found = examine_connected(systems.context, patience)
    return [(one.check, one.health.value, one.detail) for one in found]


def test_a_system_where_all_is_well_is_one_finding(systems: Systems) -> None:
    systems.connect("erp", Role.ERP, examine=Examinee())
    systems.connect("files", Role.ERP)
    assert _told(systems) == [("erp", "ok", "checks passed: 1")]


def test_what_is_not_as_needed_is_a_fault_each_with_its_remedy(systems: Systems) -> None:
    systems.connect("erp", Role.ERP, examine=Examinee([LOGGED_IN, MAY_NOT]))
    (finding,) = examine_connected(systems.context)
    assert (finding.check, finding.health, finding.detail, finding.remedy) == (
        "erp: write requisitions",
        Health.FAULT,
        "not allowed",
        "Ask Mary.",
    )


def test_a_system_that_is_down_is_a_note_and_one_that_refuses_us_a_fault(systems: Systems) -> None:
    down = Examinee(fault=PortError(Failure.TEMPORARY, "connection refused"))
    refusing = Examinee(fault=PortError(Failure.REJECTED, "403 forbidden"))
    systems.connect("crm", Role.CRM, examine=down)
    systems.connect("erp", Role.ERP, examine=refusing)
    assert _told(systems) == [
        ("crm", "note", "it does not answer: connection refused"),
        ("erp", "fault", "it refuses us: 403 forbidden"),
    ]
    assert all(finding.remedy for finding in examine_connected(systems.context))


def test_the_doctor_does_not_wait_for_a_slow_system(systems: Systems) -> None:
    def slow() -> list[Examined]:
        time.sleep(3)
        return []

    systems.connect("crm", Role.CRM, examine=slow)
    systems.connect("erp", Role.ERP, examine=Examinee())
    began = time.monotonic()
    told = _told(systems, patience=timedelta(seconds=0.3))
    assert time.monotonic() - began < 2
    assert told == [
        ("crm", "note", "it has not answered yet"),
        ("erp", "ok", "checks passed: 1"),
    ]


def test_a_system_that_breaks_when_it_is_asked_does_not_break_the_doctor(systems: Systems) -> None:
    def broken() -> list[Examined]:
        raise RuntimeError("closed")

    systems.connect("erp", Role.ERP, examine=broken)
    assert _told(systems) == [("erp", "note", "it does not answer: RuntimeError closed")]


def test_a_paused_system_is_let_be_and_one_that_cannot_be_opened_is_a_fault(
    systems: Systems,
) -> None:
    systems.connect("crm", Role.CRM, examine=Examinee([MAY_NOT]))
    systems.connect("erp", Role.ERP, examine=Examinee())
    del systems.open["erp"]
    with systems.context.database.write() as session:
        existing(session, "crm").paused_at = systems.clock()
    assert _told(systems) == [("erp", "fault", "it cannot be opened")]
