"""The command line, replenish."""
