# SPDX-License-Identifier: GPL-3.0-or-later
"""A Tryton module: one external reference makes one document, whoever creates it, however often."""

from trytond.pool import Pool

from . import documents

__all__ = ["register"]


def register() -> None:
    """Tell Tryton what this module adds; Tryton calls it."""
    Pool.register(
        documents.PurchaseRequisition,
        documents.ShipmentInternal,
        module="pegline_reference",
        type_="model",
    )
