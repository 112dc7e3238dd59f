"""People with roles, systems with scoped keys."""
