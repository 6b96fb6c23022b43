"""A mail server on loopback, which accepts every mail and keeps it."""

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks SMTP (RFC 5321) without extensions, until the context ends."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, name="mail").start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 ready")
        for line in self.rfile:
            command = line.decode().strip()
            if command == "DATA":
                self._say("354 go ahead")
                self._receive()
            elif command.startswith("RCPT TO:"):
                self.server.recipients.append(command.removeprefix("RCPT TO:"))
            self._say("221 bye" if command == "QUIT" else "250 ok")

    def _receive(self) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        # RFC 5321, 4.5.2: a line that begins with a period is sent with a second one.
        text = b"".join(line.removeprefix(b".") for line in lines)
        self.server.mails.append(message_from_bytes(text, EmailMessage, policy=policy.default))

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
