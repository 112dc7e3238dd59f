"""Baseline runs: fitted, stored as Parquet, committed by their SQL row."""
