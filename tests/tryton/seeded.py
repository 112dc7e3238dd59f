"""What the seeded Tryton holds, by the names that tests use; plain values, no imports of ours."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Login:
    """Who asks, and how Tryton knows."""

    user: str
    password: str


ADMINISTRATOR = Login("admin", "tryton-admin")
SERVICE = Login("pegline", "pegline-secret")
"""Our service user: reads, makes requisitions, transfers and forecasts; approves nothing."""
APPROVING_SERVICE = Login("pegline-approves", "pegline-secret")
"""The same with the right to approve requisitions."""
PURCHASER = Login("purchaser", "purchaser-secret")
"""A person who approves requisitions, buys and receives; works in the stock as well."""

MAIN, NORTH, SHOP = "MAIN", "NORTH", "SHOP"
HISTORY_WEEKS = 60
SUPPLIERS = ("SUP-A", "SUP-B", "SUP-C")
CUSTOMERS = ("CUS-1", "CUS-2", "CUS-3", "CUS-4")


UNITS_IN = {"box": 12, "roll": 50}
"""How many of an item's own unit (u, m) make one of these purchase units."""


@dataclass(frozen=True)
class Item:
    """A product; quantities in ``unit`` (Tryton's symbol), money in euros per ``unit``."""

    code: str
    name: str
    unit: str
    purchase_unit: str
    price: Decimal
    cost: Decimal
    supplier: str
    lead_time_days: int
    weekly_quantity: float


ITEMS = (
    Item("PUMP-100", "Pump", "u", "u", Decimal("180.00"), Decimal("95.00"), "SUP-A", 21, 6),
    Item("VALVE-20", "Ball valve", "u", "box", Decimal("24.00"), Decimal("11.50"), "SUP-A", 14, 40),
    Item("HOSE-12", "Hose 12 mm", "m", "roll", Decimal("3.20"), Decimal("1.40"), "SUP-B", 10, 75),
    Item("FILTER-5", "Filter", "u", "box", Decimal("9.50"), Decimal("4.10"), "SUP-B", 7, 60),
    Item("OIL-1", "Gear oil", "l", "l", Decimal("7.80"), Decimal("3.90"), "SUP-C", 5, 30),
    Item("GASKET-8", "Gasket", "u", "u", Decimal("2.10"), Decimal("0.60"), "SUP-C", 28, 15),
)

OPEN_DEAL, UNCERTAIN_DEAL, LOST_CAUSE = "DEAL-1", "DEAL-2", "DEAL-3"
"""References of the opportunities: an opportunity (0.7), a lead (0.3), a lost one."""
