"""Is this installation sound? What is wrong, and how to mend it."""
