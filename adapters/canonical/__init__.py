"""The words that every outside system is translated into."""
