"""The wallet endpoint's answers: bytes in, a balance or a typed error out.

The known shapes are those of Deepvue's documentation ("Wallet Balance", "Errors"): a balance is
``{"current_balance": 6448, "success": true}``, an error ``{"detail": …}`` in FastAPI's style.
Nothing else is believed: what merely resembles a balance is unreadable.
"""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, NoReturn

from deepvue_tray.core.errors import (
    InactiveError,
    ProxyError,
    RejectedError,
    ServerError,
    ThrottledError,
    UnreadableError,
    WalletError,
)
from deepvue_tray.core.foreign_text import cleaned
from deepvue_tray.core.reading import believable

_KINDS: Mapping[int, type[WalletError]] = {
    HTTPStatus.BAD_REQUEST: RejectedError,
    HTTPStatus.UNAUTHORIZED: RejectedError,
    HTTPStatus.FORBIDDEN: RejectedError,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: ProxyError,
    HTTPStatus.TOO_MANY_REQUESTS: ThrottledError,
}
"""What a status from 400 up means; any other is the server's own trouble."""


def balance_in(body: bytes) -> Decimal:
    """Read the balance, in credits, of a 200 answer's body.

    Raises UnreadableError unless the body is one JSON object in UTF-8 whose ``success`` is true
    and whose ``current_balance`` is a plain finite number.
    """
    answer = _parse(body)
    if not isinstance(answer, dict):
        raise UnreadableError("not a JSON object")
    if answer.get("success") is not True:
        raise UnreadableError("the answer does not say success")
    balance = answer.get("current_balance")
    if not isinstance(balance, Decimal):
        raise UnreadableError("current_balance is missing or not a number")
    believed = believable(balance)
    if believed is None:
        raise UnreadableError("current_balance is beyond belief")
    return believed


def error_for(
    status: int,
    body: bytes,
    *,
    retry_after: float | None = None,
    redact: Callable[[str], str] = str,
) -> WalletError:
    """Turn an answer that is not 200 into the error it stands for.

    ``retry_after`` is in seconds; ``redact`` masks in the server's words what must not be shown.
    """
    if status < HTTPStatus.BAD_REQUEST:
        redirected = "redirected, " if status >= HTTPStatus.MULTIPLE_CHOICES else ""
        return UnreadableError(f"{redirected}HTTP {status}")
    # First masked, then cut: half a secret is one too.
    detail = cleaned(redact(_detail_in(body))) or f"HTTP {status}"
    kind = _KINDS.get(status, ServerError)
    if status == HTTPStatus.BAD_REQUEST and "inactive" in detail.casefold():
        kind = InactiveError
    return kind(detail, retry_after=retry_after)


def _parse(body: bytes) -> Any:
    def refuse_constant(name: str) -> NoReturn:
        raise ValueError(name)

    def unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            raise ValueError("a key comes twice")
        return members

    try:
        return json.loads(
            body.decode("utf-8-sig"),
            parse_int=Decimal,
            parse_float=Decimal,
            parse_constant=refuse_constant,
            object_pairs_hook=unambiguous,
        )
    except (ValueError, RecursionError, InvalidOperation):
        raise UnreadableError("not JSON") from None


def _detail_in(body: bytes) -> str:
    try:
        answer = _parse(body)
    except UnreadableError:
        return ""
    detail = answer.get("detail") if isinstance(answer, dict) else None
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        detail = detail[0].get("msg")
    return detail if isinstance(detail, str) else ""
