"""The program without a screen, shared by the tray and the command line."""
