"""A wholesaler's real sales with made-up terms, stock and opportunities."""
