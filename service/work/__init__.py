"""Dirty keys, the business date and the doorbell."""
