"""Outside systems: the canonical model, the ports, and one module per system."""

PRODUCT = "pegline"
