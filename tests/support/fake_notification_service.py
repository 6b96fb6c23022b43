"""A fake notification service on a real session bus, with faults on demand."""

import socket
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, Self

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import Proxy, open_dbus_connection

NAME = "org.freedesktop.Notifications"
_OBJECT = DBusAddress("/org/freedesktop/Notifications", NAME, NAME)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the method Notify."""

    message: Message

    @property
    def title(self) -> str:
        return str(self.message.body[3])

    @property
    def body(self) -> str:
        return str(self.message.body[4])

    @property
    def actions(self) -> list[str]:
        """Keys and labels in turn."""
        return list(self.message.body[5])


class FakeNotificationService:
    """Owns the service's name at ``address`` until the context ends.

    Notifications wait in ``calls`` until the test accepts or refuses each; with ``accepts_all``
    they are accepted at once.
    """

    def __init__(
        self,
        address: str,
        *,
        accepts_all: bool = False,
        capabilities: tuple[str, ...] = ("body", "actions"),
    ) -> None:
        self.calls: SimpleQueue[Call] = SimpleQueue()
        self._displayed: dict[int, Call] = {}
        self._greeted: SimpleQueue[str] = SimpleQueue()
        self._address = address
        self._accepts_all = accepts_all
        self._capabilities = list(capabilities)
        self._known: set[str] = set()
        self._last = 0
        self._thread = Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._connection = open_dbus_connection(self._address)
        Proxy(message_bus, self._connection).RequestName(NAME)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.vanish()

    def vanish(self) -> None:
        """Leave the bus like a service that crashed."""
        with suppress(OSError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()

    def wait_for_client(self, timeout_s: float) -> None:
        """Wait until another program than before requests the service's capabilities."""
        while (sender := self._greeted.get(timeout=timeout_s)) in self._known:
            pass
        self._known.add(sender)

    def accept(self, call: Call) -> None:
        """Show a notification."""
        self._last += 1
        self._displayed[self._last] = call
        self._connection.send(new_method_return(call.message, "u", (self._last,)))

    def refuse(self, call: Call) -> None:
        self._connection.send(new_error(call.message, "org.freedesktop.DBus.Error.LimitsExceeded"))

    @property
    def displayed(self) -> list[Call]:
        """The notifications on the screen, oldest first."""
        return list(self._displayed.values())

    def press(self, label: str) -> None:
        """Press a button of the last notification."""
        number, call = list(self._displayed.items())[-1]
        key = call.actions[call.actions.index(label) - 1]
        self._connection.send(new_signal(_OBJECT, "ActionInvoked", "us", (number, key)))

    def _serve(self) -> None:
        with suppress(OSError):  # the end of the connection
            while True:
                message = self._connection.receive()
                if message.header.message_type is MessageType.method_call:
                    self._on_call(message)

    def _on_call(self, message: Message) -> None:
        match message.header.fields[HeaderFields.member]:
            case "Notify" if self._accepts_all:
                self.calls.put(Call(message))
                self.accept(Call(message))
            case "Notify":
                self.calls.put(Call(message))
            case "GetCapabilities":
                self._greeted.put(message.header.fields[HeaderFields.sender])
                self._answer(message, "as", self._capabilities)
            case "GetServerInformation":
                self._answer(message, "ssss", "fake", "tests", "1", "1.2")
            case "CloseNotification":
                self._displayed.pop(*message.body)
                self._answer(message)

    def _answer(self, message: Message, signature: str = "", *body: Any) -> None:
        self._connection.send(new_method_return(message, signature or None, body))
