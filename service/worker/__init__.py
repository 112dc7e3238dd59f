"""The spawned process that recomputes."""
