"""Dirty keys in, recommendations with terms and decisions out."""
