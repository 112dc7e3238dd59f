"""What every route needs: problems, bodies, principals, idempotency."""
