import pytest

from service.context import ServiceContext
from tests.service.builders_feeds import Erp


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    """An ERP that has told of one item and one warehouse; nothing is dirty."""
    return Erp(context).stocked()
