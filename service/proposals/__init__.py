"""Requisition proposals: states, planner decisions, the ERP's claims."""
