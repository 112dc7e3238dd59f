"""The ERP with a year of steady sales, as the recompute knows it."""

from tests.service.replenishment.conftest import erp

__all__ = ["erp"]
