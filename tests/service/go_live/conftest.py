"""An ERP with a year of steady sales: little stock, so that bottles must be ordered."""

from tests.service.replenishment.conftest import erp

__all__ = ["erp"]
