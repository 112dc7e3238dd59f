"""What outside systems are told: supply for deals, demand and forecasts for planning."""
