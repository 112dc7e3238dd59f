"""From a demand distribution and a stock position to a quantity explained by terms."""
