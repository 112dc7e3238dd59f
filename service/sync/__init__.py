"""Connected systems: what is read from them, and what is delivered to them."""
