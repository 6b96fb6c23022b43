"""How long a test waits for what should happen."""

TIMEOUT_S = 60.0
"""Seconds until something counts as not happening, also on a busy machine. A test that passes waits
only until it has happened."""
