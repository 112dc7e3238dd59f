"""ERP systems, one package each."""
