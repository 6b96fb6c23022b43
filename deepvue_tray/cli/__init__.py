"""The command line: plain text and exit statuses, without Qt."""
