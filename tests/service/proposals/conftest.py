import pytest

from service.context import ServiceContext
from tests.service.builders_proposals import Desk
from tests.service.conftest import FakeClock


@pytest.fixture
def desk(context: ServiceContext, clock: FakeClock) -> Desk:
    return Desk(context, clock)
