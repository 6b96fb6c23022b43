"""Usage reports as Deepvue documents them, and a server's answers with them."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any

from tests.support.faulty_server import Answer, FaultyServer, http


def row(at: datetime, product: str = "PAN-Plus", **changes: Any) -> dict[str, Any]:
    """Return a row of a report; ``changes`` replace values, by the first word of their key."""
    values: dict[str, Any] = {
        "Transaction Id": f"{product}-{at.isoformat()}",
        "Timestamp(UTC)": at.isoformat(),
        "Product Id": product,
        "Status": 200,
        "Message": "Pan Verified Successfully.",
        "Charge": 2.95,
    }
    keys = {key.split()[0].partition("(")[0].lower(): key for key in values}
    return values | {keys[name]: value for name, value in changes.items()}


def report(rows: Iterable[Mapping[str, Any]], **more: Any) -> bytes:
    """Return the body of a report with these rows; ``more`` are further keys."""
    content = {
        "code": 200,
        "timestamp": 1748417711157,
        "transaction_id": "5a93",
        "sub_code": "SUCCESS",
        "message": "User usage report generated successfully",
        "data": {"file_url": "https://files.example/report.xlsx", "usage_data": [*rows]},
    }
    return json.dumps(content | more).encode()


def answer(*rows: Mapping[str, Any]) -> Answer:
    """Send a report with these rows."""
    return http(200, report(rows))


def by_path(answers: Mapping[str, Answer]) -> Answer:
    """Send each path its own answer; a path is looked up without its query."""

    async def send(server: FaultyServer, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        path = server.requests[-1].path.partition("?")[0]
        async for piece in answers[path](server, writer):
            yield piece

    return send
