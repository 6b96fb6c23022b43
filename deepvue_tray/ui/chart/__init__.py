"""The balance over time, drawn."""
