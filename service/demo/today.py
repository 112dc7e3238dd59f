"""The demo's planning day, its seed, and the labels that tell real from made up."""

from datetime import UTC, date, datetime

TODAY = date(2011, 8, 29)
"""A Monday. Sales before it are history; what came after is never loaded."""

MORNING = datetime(2011, 8, 29, 6, 0, tzinfo=UTC)
"""When the demo's stock was counted: seven in the morning in London."""

REAL = "UCI Online Retail"
"""Provenance of rows that stand in the data set."""

MADE_UP = "made up: seeded demo generator"
"""Provenance of rows that the data set lacks."""

DC_UK = "DC-UK"
DC_EU = "DC-EU"
COMPANY = "COMPANY"

ERP = "erp"
CRM = "crm"
