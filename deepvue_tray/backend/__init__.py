"""What is done for a wallet without a screen; the tray and the command line share it."""
