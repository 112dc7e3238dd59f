"""Pegline: web, queue, database, worker, command line. The only composition root."""

PRODUCT = "pegline"
