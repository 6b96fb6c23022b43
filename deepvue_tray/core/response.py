"""Parsing of the wallet endpoint's responses into a balance or a typed error.

The formats are those of Deepvue's documentation ("Wallet Balance", "Errors"): a balance is
``{"current_balance": 6448, "success": true}``, an error ``{"detail": …}`` as in FastAPI. Any other
response is unreadable.
"""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, NoReturn

from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.errors import (
    InactiveError,
    ProxyError,
    RejectedError,
    ServerError,
    ThrottledError,
    UnreadableError,
    WalletError,
)
from deepvue_tray.core.external_text import cleaned
from deepvue_tray.core.reading import normalized_balance

_ERRORS: Mapping[int, type[WalletError]] = {
    HTTPStatus.BAD_REQUEST: RejectedError,
    HTTPStatus.UNAUTHORIZED: RejectedError,
    HTTPStatus.FORBIDDEN: RejectedError,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: ProxyError,
    HTTPStatus.TOO_MANY_REQUESTS: ThrottledError,
}
"""The errors of the statuses from 400 up; all others are ServerErrors."""


def balance_in(body: bytes) -> Decimal:
    """Return the balance, in credits, from the body of a 200 response.

    Raises UnreadableError unless the body is one JSON object in UTF-8 whose ``success`` is true
    and whose ``current_balance`` is a plain finite number.
    """
    response = _parse(body)
    if not isinstance(response, dict):
        raise UnreadableError("not a JSON object")
    if response.get("success") is not True:
        raise UnreadableError("success is not true")
    balance = response.get("current_balance")
    if not isinstance(balance, Decimal):
        raise UnreadableError("current_balance is missing or not a number")
    normalized = normalized_balance(balance)
    if normalized is None:
        raise UnreadableError("current_balance is too large")
    return normalized


def token_in(body: bytes) -> Secret:
    """Return the access token from the body of the authorize endpoint's 200 response.

    Raises UnreadableError unless the body is a JSON object with a token that fits into a header.
    """
    response = _parse(body)
    token = response.get("access_token") if isinstance(response, dict) else None
    if not isinstance(token, str) or not re.fullmatch(r"[!-~]{1,8000}", token):
        raise UnreadableError("no access token")
    return Secret(token)


def error_for(
    status: int,
    body: bytes,
    *,
    retry_after: float | None = None,
    redact: Callable[[str], str] = str,
) -> WalletError:
    """Return the error for a response other than 200.

    ``retry_after`` is in seconds; ``redact`` masks secrets in the server's text.
    """
    if status < HTTPStatus.BAD_REQUEST:
        redirected = "redirected, " if status >= HTTPStatus.MULTIPLE_CHOICES else ""
        return UnreadableError(f"{redirected}HTTP {status}")
    # Mask before cutting: a part of a secret must not remain.
    detail = cleaned(redact(_detail_in(body))) or f"HTTP {status}"
    error_class = _ERRORS.get(status, ServerError)
    if status == HTTPStatus.BAD_REQUEST and "inactive" in detail.casefold():
        error_class = InactiveError
    return error_class(detail, retry_after=retry_after)


def _parse(body: bytes) -> object:
    def refuse_constant(name: str) -> NoReturn:
        raise ValueError(name)

    def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            raise ValueError("duplicate key")
        return members

    try:
        return json.loads(
            body.decode("utf-8-sig"),
            parse_int=Decimal,
            parse_float=Decimal,
            parse_constant=refuse_constant,
            object_pairs_hook=refuse_duplicates,
        )
    except (ValueError, RecursionError, InvalidOperation):
        raise UnreadableError("not JSON") from None


def _detail_in(body: bytes) -> str:
    try:
        response = _parse(body)
    except UnreadableError:
        return ""
    detail = response.get("detail") if isinstance(response, dict) else None
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        detail = detail[0].get("msg")
    return detail if isinstance(detail, str) else ""
