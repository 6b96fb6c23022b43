"""The running tray: its start, its parts, and its one worker thread."""
