"""Going live: history is imported and examined, what is under way is adopted."""
