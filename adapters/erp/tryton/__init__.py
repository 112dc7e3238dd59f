"""Tryton 8.0 as ERP, as CRM and as planning system."""

from adapters.erp.tryton.settings import TrytonSettings

__all__ = ["TrytonSettings"]
