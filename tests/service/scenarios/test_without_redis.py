"""The service is told of a Redis that is not there."""

from datetime import UTC, datetime
from pathlib import Path

from tests.demo_process import free_port
from tests.service.scenarios.distributor import Distributor, terms
from tests.service.scenarios.running_service import ON_EACH_DATABASE, running_service

pytestmark = ON_EACH_DATABASE


def test_the_service_starts_and_works_while_its_redis_is_away(
    empty_database_url: str, tmp_path: Path
) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    with running_service(empty_database_url, tmp_path, REPLENISH_REDIS_URL=nowhere) as service:
        distributor = Distributor(service, datetime.now(UTC).date())
        distributor.open_for_business()
        distributor.signal("OPP-1", 1, 400)
        assert terms(distributor.recommendation(), "opportunity") == 200
        assert "not reachable" in service.replenish("doctor")
