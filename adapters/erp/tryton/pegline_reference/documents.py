# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference on purchase requisitions and internal shipments."""

from typing import Any

from trytond.model import ModelSQL, Unique, fields
from trytond.pool import PoolMeta


class _ExternallyReferenced(ModelSQL):
    """A document that another system may have created, under a reference of that system's own."""

    external_ref = fields.Char(
        "External Reference",
        readonly=True,
        help="The document's identity in the system that created it. No two documents share one.",
    )

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.external_ref.search_unaccented = False
        table = cls.__table__()
        cls._sql_constraints += [
            (
                "external_ref_unique",
                Unique(table, table.external_ref),
                "pegline_reference.msg_external_ref_unique",
            )
        ]

    @classmethod
    def copy(cls, records: list[Any], default: dict[str, Any] | None = None) -> list[Any]:
        """A copy is a new document: the other system knows nothing of it."""
        return super().copy(records, default={"external_ref": None, **(default or {})})


class PurchaseRequisition(_ExternallyReferenced, metaclass=PoolMeta):
    """A wish to buy, not yet an order."""

    __name__ = "purchase.requisition"


class ShipmentInternal(_ExternallyReferenced, metaclass=PoolMeta):
    """Goods that go from one of our locations to another."""

    __name__ = "stock.shipment.internal"
