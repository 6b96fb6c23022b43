"""The wallet's values and rules: pure, without Qt and I/O; the time is a parameter."""
