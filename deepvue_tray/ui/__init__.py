"""The widgets: tray icon, card, windows and their texts."""
