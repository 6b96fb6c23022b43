"""Marks English texts for translation in modules without Qt."""


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:  # noqa: N802 - the name that lupdate finds
    """Return ``text``; the call marks it for lupdate."""
    return text
