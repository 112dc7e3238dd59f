"""Stored policy versions and which one holds as of a date."""
