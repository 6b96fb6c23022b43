"""A tray widget for prepaid Deepvue API wallets: it shows the balance and warns in time."""

__version__ = "0.1.0"
