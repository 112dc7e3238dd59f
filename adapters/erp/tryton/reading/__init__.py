"""Tryton's records, read in batches and put into the words of our feeds."""
