"""The command line: plain text, exit statuses, no Qt."""
