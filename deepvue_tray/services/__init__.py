"""The outside world, without Qt. Each library is imported by exactly one module."""
