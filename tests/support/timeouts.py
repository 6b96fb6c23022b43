"""The timeout of every test that waits for an event."""

TIMEOUT_S = 60.0
"""Long enough for a busy machine. A test that passes waits only until the event."""
