"""The one place that opens connections and transactions."""
