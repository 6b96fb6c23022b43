"""Credentials, which are never printed by accident."""

from dataclasses import dataclass
from typing import NoReturn

from deepvue_tray.core.errors import InvalidInputError

MAX_SECRET_LENGTH = 1280
"""Characters; the limit of Windows' Credential Manager, the lowest of all keyrings."""

_MASK = "•••"


class Secret:
    """A text that str, repr and format show as ``•••``, and that cannot be pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself; only for the request and the keyring."""
        return self._text

    def redact(self, text: str) -> str:
        """Return ``text`` with every occurrence of the secret masked."""
        return text.replace(self._text, _MASK) if self._text else text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"Secret({_MASK})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never serialised")


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of a wallet; both parts are valid HTTP header values."""

    client_id: str
    secret: Secret

    @classmethod
    def parse(cls, client_id: str, secret: str) -> "Credentials":
        """Validate both parts, without the white space around them.

        Raises InvalidInputError, which names the part and never quotes the secret.
        """
        return cls(parse_client_id(client_id), parse_secret(secret))


def parse_client_id(text: str) -> str:
    """Return the client ID without the white space around it; raises InvalidInputError."""
    return _parse("client ID", text)


def parse_secret(text: str, name: str = "client secret") -> Secret:
    """Return the secret without the white space around it.

    Raises InvalidInputError, which calls it ``name`` and never quotes it.
    """
    return Secret(_parse(name, text))


def _parse(name: str, text: str) -> str:
    part = text.strip()
    if not part:
        raise InvalidInputError(f"The {name} is empty")
    if not all("!" <= character <= "~" for character in part):
        raise InvalidInputError(f"The {name} has a space, or a character outside plain ASCII")
    if len(part) > MAX_SECRET_LENGTH:
        raise InvalidInputError(f"The {name} is longer than {MAX_SECRET_LENGTH} characters")
    return part
