"""The command line: plain text, one exit status each, no Qt."""
