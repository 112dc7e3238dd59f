"""Going live: history is imported and examined, what is under way is adopted."""

IN_FLIGHT = "in_flight_requisition"
"""What exceptions about requisitions that the ERP had before us are about."""
