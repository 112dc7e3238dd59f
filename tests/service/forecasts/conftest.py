import pytest

from service.context import ServiceContext
from tests.service.builders_feeds import Erp, steady_erp


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    """An ERP with a year of steady sales."""
    return steady_erp(context)
