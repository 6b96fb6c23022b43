"""The running tray: what starts it, what it is made of, and its one worker thread."""
