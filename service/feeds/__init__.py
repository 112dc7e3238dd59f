"""ERP data in batches: items, locations, sales lines, stock, terms, open orders."""
