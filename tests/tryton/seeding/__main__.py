"""Seed an empty Tryton: ``python -m tests.tryton.seeding HOST:PORT/DATABASE``.

Runs in Tryton's own environment, next to proteus, and knows nothing of the product.
"""

import datetime as dt
import sys
from dataclasses import astuple

from proteus import config

from tests.tryton.seeded import ADMINISTRATOR, CUSTOMERS, SUPPLIERS
from tests.tryton.seeding import (
    calls,
    catalogue,
    company,
    history,
    open_documents,
    people,
    warehouses,
)


def seed(address: str) -> None:
    """Set up the company, then tell its history."""
    today = dt.date.today()  # noqa: DTZ011  Tryton's own day is the local one
    with config.set_xmlrpc_session(f"http://{address}/rpc/", *astuple(ADMINISTRATOR)):
        ours = company.set_up(today)
        people.set_up(ours)
        suppliers = catalogue.partners("Supplier", *SUPPLIERS)
        world = history.World(
            company=ours,
            currency=calls.one("currency.currency", ("code", "=", "EUR")),
            today=today,
            warehouses=warehouses.set_up(),
            suppliers=suppliers,
            products=catalogue.set_up(ours, suppliers),
            customers=catalogue.partners("Customer", *CUSTOMERS),
        )
        history.set_up(world)
        open_documents.set_up(world)


if __name__ == "__main__":
    seed(*sys.argv[1:])
