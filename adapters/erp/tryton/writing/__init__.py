"""Proposals carried out in Tryton: requisitions, transfers, and notes on purchases."""
