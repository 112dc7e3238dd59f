import stat

from service.access.api_keys import Scope, system_of
from service.access.people import check_password
from service.context import ServiceContext
from service.demo.credentials import FILE, ensure_credentials
from service.settings import Settings


def test_log_ins_and_keys_work_and_are_for_their_owner_only(context: ServiceContext) -> None:
    made = ensure_credentials(context)
    file = context.settings.data_dir / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with context.database.read() as session:
        planner = check_password(session, "planner", made.passwords["planner"])
        erp = system_of(session, made.keys["erp"], context.clock())
        crm = system_of(session, made.keys["crm"], context.clock())
    assert planner is not None
    assert planner.role == "planner"
    assert erp is not None
    assert Scope.PROPOSALS_CLAIM in erp.scopes
    assert crm is not None
    assert crm.scopes == {Scope.SIGNALS_WRITE}


def test_the_second_start_finds_the_credentials_of_the_first(context: ServiceContext) -> None:
    assert ensure_credentials(context) == ensure_credentials(context)


def test_a_lost_file_leads_to_new_credentials_and_stops_the_old_keys(
    context: ServiceContext,
) -> None:
    lost = ensure_credentials(context)
    (context.settings.data_dir / FILE).unlink()
    fresh = ensure_credentials(context)
    with context.database.read() as session:
        assert system_of(session, lost.keys["crm"], context.clock()) is None
        assert system_of(session, fresh.keys["crm"], context.clock()) is not None
        assert check_password(session, "lead", lost.passwords["lead"]) is None
        assert check_password(session, "lead", fresh.passwords["lead"]) is not None


def test_a_file_from_another_database_is_not_believed(context: ServiceContext) -> None:
    elsewhere = Settings(data_dir=context.settings.data_dir / "elsewhere")
    made = ensure_credentials(context)
    elsewhere.data_dir.mkdir()
    (elsewhere.data_dir / FILE).write_text('{"passwords": {}, "keys": {}}', encoding="utf-8")
    again = ServiceContext(elsewhere, context.database, context.clock, context.ring)
    assert ensure_credentials(again) != made
