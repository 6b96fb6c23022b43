"""Marks English texts for translation where Qt is not known."""


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:  # noqa: N802 - the name lupdate looks for
    """Mark ``text`` for translation without depending on Qt here."""
    return text
