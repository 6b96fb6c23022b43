"""Validation of the server's address: https, or plain http on loopback only."""

import ipaddress
from urllib.parse import urlsplit

from deepvue_tray.core.errors import InvalidInputError


def checked_base_url(text: str) -> str:
    """Return the server's address without a trailing slash, if it is safe to send the secret there.

    Raises InvalidInputError with the reason.
    """
    url = text.strip()
    try:
        parts = urlsplit(url)
        _ = parts.port  # urlsplit parses the port on access
    except ValueError:
        raise InvalidInputError("DEEPVUE_BASE_URL is not an address") from None
    if not parts.hostname or not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidInputError("DEEPVUE_BASE_URL is not an address such as https://example.com")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InvalidInputError("DEEPVUE_BASE_URL may hold a scheme, a host, a port and a path")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url)):
        raise InvalidInputError(
            "DEEPVUE_BASE_URL must be https://, or http:// on this computer (127.0.0.1, localhost):"
            " the secret would travel in the clear"
        )
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Return whether the address names this computer itself."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
