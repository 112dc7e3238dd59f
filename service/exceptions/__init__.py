"""What was understood but cannot be used yet: kept, repaired, replayed."""
