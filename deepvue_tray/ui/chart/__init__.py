"""Charts of the balance over time."""
