"""A tray widget for prepaid Deepvue API wallets: how much is left, and a warning in time."""

__version__ = "0.1.0"
