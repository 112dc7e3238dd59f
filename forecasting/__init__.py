"""Demand distributions from history and opportunities. Pure: no I/O, no clock."""

PRODUCT = "pegline"
