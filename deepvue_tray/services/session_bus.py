"""A connection to the session bus: calls, signals, and its end. Only this module uses jeepney.

Replies are matched here, because jeepney's router does not report the end of the bus, and then
raises a KeyError for the calls that wait for a reply.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    message_bus,
    new_method_call,
)
from jeepney.io.asyncio import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse, unwrap_msg

# The last three: no address, an invalid address, a transport that jeepney does not support.
_NO_BUS = (OSError, EOFError, KeyError, ValueError, RuntimeError)


class SessionBus:
    """A connection, created by ``connect``; it belongs to the running asyncio loop.

    Methods raise ConnectionError if there is no bus, the bus ends before the reply, or the reply
    is an error.
    """

    def __init__(
        self,
        connection: DBusConnection,
        on_signal: Callable[[str, tuple[Any, ...]], object],
        on_lost: Callable[[], object],
    ) -> None:
        self._connection = connection
        self._on_signal = on_signal
        self._on_lost = on_lost
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        self._receiving = asyncio.create_task(self._receive())
        self._receiving.add_done_callback(self._on_end)

    @classmethod
    async def connect(
        cls,
        on_signal: Callable[[str, tuple[Any, ...]], object],
        on_lost: Callable[[], object],
    ) -> Self:
        """Connect to the bus that the environment names.

        ``on_signal`` gets the name and the arguments of each subscribed signal; ``on_lost`` is
        called when the bus ends, but not after ``close``.
        """
        try:
            return cls(await open_dbus_connection(), on_signal, on_lost)
        except _NO_BUS as error:
            raise ConnectionError(type(error).__name__) from None

    async def subscribe(self, interface: str, member: str, first_argument: str = "") -> None:
        """Subscribe to a signal of any sender, optionally with this first argument only."""
        rule = MatchRule(type="signal", interface=interface, member=member)
        if first_argument:
            rule.add_arg_condition(0, first_argument)
        await self._send(message_bus.AddMatch(rule))

    async def call_bus(self, method: str, *arguments: str) -> tuple[Any, ...]:
        """Call a method of the bus itself; all arguments are strings."""
        signature = "s" * len(arguments) or None
        return await self._send(new_method_call(message_bus, method, signature, arguments))

    async def call(
        self, name: str, path: str, method: str, signature: str = "", *arguments: object
    ) -> tuple[Any, ...]:
        """Call a method of the interface ``name`` of the service of the same name.

        Waits for the reply without a time limit, while service and bus exist.
        """
        address = DBusAddress(path, name, name)
        return await self._send(new_method_call(address, method, signature or None, arguments))

    def close(self) -> None:
        """Close the connection."""
        self._receiving.cancel()

    async def _send(self, message: Message) -> tuple[Any, ...]:
        if self._receiving.done():
            raise ConnectionError("closed")
        serial = next(self._connection.outgoing_serial)
        self._waiting[serial] = asyncio.get_running_loop().create_future()
        try:
            await self._connection.send(message, serial=serial)
            return tuple(unwrap_msg(await self._waiting[serial]))
        except DBusErrorResponse as error:
            raise ConnectionError(error.name) from None
        except OSError as error:
            raise ConnectionError(type(error).__name__) from None
        finally:
            self._waiting.pop(serial, None)

    async def _receive(self) -> None:
        with suppress(OSError, EOFError):
            while True:
                self._dispatch(await self._connection.receive())

    def _on_end(self, receiving: asyncio.Task[None]) -> None:
        self._connection.writer.close()
        for reply in self._waiting.values():
            if not reply.done():
                reply.set_exception(ConnectionError("the bus ended"))
        if not receiving.cancelled():
            self._on_lost()

    def _dispatch(self, message: Message) -> None:
        fields = message.header.fields
        if message.header.message_type is MessageType.signal:
            # Deferred, so that a call whose reply arrived before the signal continues first.
            loop = asyncio.get_running_loop()
            loop.call_soon(self._on_signal, fields[HeaderFields.member], message.body)
            return
        reply = self._waiting.get(fields.get(HeaderFields.reply_serial, 0))
        if reply is not None and not reply.done():
            reply.set_result(message)
