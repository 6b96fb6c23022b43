"""The outside world, without Qt. Each library is known to exactly one module."""
