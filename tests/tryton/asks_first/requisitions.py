# SPDX-License-Identifier: GPL-3.0-or-later
"""A requisition of BOLT-9 is submitted, or approved, by people who have said that they mean it."""

from typing import Any

from trytond.exceptions import UserWarning as AskedFirst
from trytond.model import ModelView
from trytond.pool import Pool, PoolMeta

_ITEM = "BOLT-9"


class PurchaseRequisition(metaclass=PoolMeta):
    """A wish to buy."""

    __name__ = "purchase.requisition"

    @classmethod
    @ModelView.button
    def approve(cls, requisitions: list[Any]) -> None:
        """Ask about each that has a line of the item."""
        warning = Pool().get("res.user.warning")
        for requisition in requisitions:
            name = warning.format("asks_first", [requisition])
            products = [line.product for line in requisition.lines if line.product]
            if any(product.code == _ITEM for product in products) and warning.check(name):
                raise AskedFirst(name, "BOLT-9 runs out of production.", "Buy it all the same?")
        super().approve(requisitions)
