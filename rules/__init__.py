"""Ordering arithmetic and the policy that decides who decides. Pure: no I/O, no clock."""

PRODUCT = "pegline"
