"""The commands of a terminal: no Qt, plain text, one exit status each."""
