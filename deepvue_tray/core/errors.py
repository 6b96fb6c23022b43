"""All errors that are explained to the user.

DeepvueError
├── WalletError              the request did not yield a balance
│   ├── RejectedError        400, 401, 403: the server rejects the credentials
│   │   └── InactiveError    400: the account is not in good standing
│   ├── ThrottledError       429: too many requests
│   ├── ServerError          any other error status: 5xx, 404, 422 …
│   ├── OfflineError         no connection
│   │   └── TimedOutError    a connection, but no complete response in time
│   ├── UntrustedError       the server's certificate is not trusted
│   ├── ProxyError           the proxy cannot be used
│   └── UnreadableError      a response without a valid balance
├── AccountError             no request was possible
│   ├── NotSetUpError        no credentials yet
│   ├── InvalidInputError    an invalid value, typed or set
│   ├── KeyringLockedError   the keyring is locked
│   ├── NoKeyringError       there is no keyring
│   └── KeyringRefusedError  the keyring reported an error
├── StorageError             a file could not be read or written
│   └── DamagedError         a file was damaged
├── AlertCommandError        the command for alerts did not end with exit status 0
│   └── NoAlertCommandError  no such command is set
└── InternalError            a bug in this program

Each class has a ``title`` and a ``remedy``; an instance adds a ``detail``, often a text of the
server or the operating system. Titles and remedies are English source texts, marked for
translation in the context ``errors``.
"""

from datetime import datetime
from enum import Enum
from typing import ClassVar, Self

from deepvue_tray.core.actions import Action
from deepvue_tray.core.external_text import cleaned
from deepvue_tray.core.translation import QT_TRANSLATE_NOOP


class Condition(Enum):
    """The result of the last attempt to read the wallet."""

    FRESH = "fresh"
    REFRESHING = "refreshing"
    STALE = "stale"
    OFFLINE = "offline"
    REJECTED = "rejected"
    INACTIVE = "inactive"
    THROTTLED = "throttled"
    SERVER_ERROR = "server error"
    UNTRUSTED = "untrusted"
    UNREADABLE = "unreadable"
    LOCKED = "locked"
    NO_KEYRING = "no keyring"
    NOT_SET_UP = "not set up"
    PAUSED = "paused"


class DeepvueError(Exception):
    """Base class of the errors that are explained to the user; never raised itself.

    ``detail`` is shown to the user, so it must not contain a secret. It is cleaned here, because
    every external text that is shown passes through here.
    """

    title: ClassVar[str]
    """What happened, in a few words without a full stop."""
    remedy: ClassVar[str]
    """What to do about it, in one sentence."""
    condition: ClassVar[Condition]
    """The snapshot's condition after this error."""
    action: ClassVar[Action | None] = None
    """The action that helps, if there is one."""

    def __init__(self, detail: str = "") -> None:
        self.detail = cleaned(detail)
        super().__init__(self.detail)

    def __str__(self) -> str:
        """Return one line for a terminal: title, detail and remedy in English."""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.title}{detail}. {self.remedy}"

    def without_traceback(self) -> Self:
        """Return the error itself without the frames and causes that keep a request in memory."""
        self.__traceback__ = self.__context__ = self.__cause__ = None
        return self


class WalletError(DeepvueError):
    """The request did not yield a balance; never raised itself."""

    def __init__(self, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        """The server's Retry-After in seconds; None if it sent none."""

    @property
    def demands_pause(self) -> bool:
        """Whether the server demands a pause before the next request, also from clicks."""
        return self.retry_after is not None


class RejectedError(WalletError):
    """400, 401 or 403: the server rejects these credentials."""

    title = QT_TRANSLATE_NOOP("errors", "Credentials refused")
    remedy = QT_TRANSLATE_NOOP(
        "errors", "Compare the client ID and secret with the Deepvue dashboard."
    )
    condition = Condition.REJECTED
    action = Action.SETTINGS


class InactiveError(RejectedError):
    """400 "Inactive client_id": the credentials are correct, but the account is inactive."""

    title = QT_TRANSLATE_NOOP("errors", "Account inactive")
    remedy = QT_TRANSLATE_NOOP(
        "errors", "Check the account in the Deepvue dashboard, or ask Deepvue support."
    )
    condition = Condition.INACTIVE
    action = Action.DASHBOARD


class ThrottledError(WalletError):
    """429: the rate limit, shared with the user's own traffic, is exceeded."""

    title = QT_TRANSLATE_NOOP("errors", "Rate limit reached")
    remedy = QT_TRANSLATE_NOOP("errors", "Wait a few minutes. Your own API requests count too.")
    condition = Condition.THROTTLED

    @property
    def demands_pause(self) -> bool:
        """Too many requests demand a pause, also without a Retry-After."""
        return True


class ServerError(WalletError):
    """The server responded with any other error status."""

    title = QT_TRANSLATE_NOOP("errors", "The server has a problem")
    remedy = QT_TRANSLATE_NOOP("errors", "Check the status page.")
    condition = Condition.SERVER_ERROR
    action = Action.STATUS_PAGE


class OfflineError(WalletError):
    """The connection failed or was interrupted."""

    title = QT_TRANSLATE_NOOP("errors", "No connection")
    remedy = QT_TRANSLATE_NOOP("errors", "Check the network and the proxy.")
    condition = Condition.OFFLINE
    action = Action.REFRESH


class TimedOutError(OfflineError):
    """The request took longer than its deadline."""

    title = QT_TRANSLATE_NOOP("errors", "No answer in time")
    remedy = QT_TRANSLATE_NOOP("errors", "The network or the server is slow.")


class UntrustedError(WalletError):
    """This computer does not trust the server's certificate."""

    title = QT_TRANSLATE_NOOP("errors", "Certificate not trusted")
    remedy = QT_TRANSLATE_NOOP(
        "errors",
        "Add your company's certificate to the system's store, or correct the clock.",
    )
    condition = Condition.UNTRUSTED
    action = Action.REFRESH


class ProxyError(WalletError):
    """The proxy set in the environment or the system cannot be used."""

    title = QT_TRANSLATE_NOOP("errors", "Proxy misconfigured")
    remedy = QT_TRANSLATE_NOOP(
        "errors",
        "Set HTTPS_PROXY to a working http:// proxy, or list the server in NO_PROXY."
        " SOCKS proxies are not supported.",
    )
    condition = Condition.OFFLINE
    action = Action.REFRESH


class UnreadableError(WalletError):
    """The response contains no valid balance."""

    title = QT_TRANSLATE_NOOP("errors", "Unexpected answer from the server")
    remedy = QT_TRANSLATE_NOOP("errors", "Check whether a sign-in page or a proxy answers instead.")
    condition = Condition.UNREADABLE
    action = Action.STATUS_PAGE


class AccountError(DeepvueError):
    """No request was possible; never raised itself."""


class NotSetUpError(AccountError):
    """There are no credentials."""

    title = QT_TRANSLATE_NOOP("errors", "Not set up")
    remedy = QT_TRANSLATE_NOOP(
        "errors", "Enter the client ID and secret in Settings, or run deepvue-tray login."
    )
    condition = Condition.NOT_SET_UP
    action = Action.SET_UP


class InvalidInputError(AccountError):
    """A value that was typed or set is invalid; ``detail`` says which and why, in a sentence."""

    title = QT_TRANSLATE_NOOP("errors", "Invalid value")
    remedy = QT_TRANSLATE_NOOP("errors", "Correct it and try again.")
    condition = Condition.NOT_SET_UP
    action = Action.SETTINGS

    def __str__(self) -> str:
        """Return the detail alone, which says all."""
        return f"{self.detail}."


class KeyringLockedError(AccountError):
    """The keyring is locked."""

    title = QT_TRANSLATE_NOOP("errors", "The keyring is locked")
    remedy = QT_TRANSLATE_NOOP("errors", "Unlock it. Your secret is still in it.")
    condition = Condition.LOCKED
    action = Action.UNLOCK


class NoKeyringError(AccountError):
    """The desktop has no keyring."""

    title = QT_TRANSLATE_NOOP("errors", "No keyring")
    remedy = QT_TRANSLATE_NOOP(
        "errors",
        "On Linux, install GNOME Keyring or KWallet."
        " Or set DEEPVUE_CLIENT_ID and DEEPVUE_CLIENT_SECRET.",
    )
    condition = Condition.NO_KEYRING
    action = Action.SETTINGS


class KeyringRefusedError(AccountError):
    """The keyring reported an error."""

    title = QT_TRANSLATE_NOOP("errors", "The keyring reported an error")
    remedy = QT_TRANSLATE_NOOP("errors", "Check that your keyring application works.")
    condition = Condition.LOCKED
    action = Action.UNLOCK


class StorageError(DeepvueError):
    """A file could not be read or written; ``detail`` is its path and the reason."""

    title = QT_TRANSLATE_NOOP("errors", "A file could not be used")
    remedy = QT_TRANSLATE_NOOP("errors", "Check its permissions and the free disk space.")
    condition = Condition.FRESH


class DamagedError(StorageError):
    """A damaged file was renamed; ``detail`` is its new path."""

    title = QT_TRANSLATE_NOOP("errors", "A file was damaged")
    remedy = QT_TRANSLATE_NOOP(
        "errors", "It was renamed, and a new one begun. Nothing was deleted."
    )


class AlertCommandError(DeepvueError):
    """The command for alerts did not end with exit status 0; ``detail`` is what is known of it."""

    title = QT_TRANSLATE_NOOP("errors", "The alert command failed")
    remedy = QT_TRANSLATE_NOOP(
        "errors", "Correct it, then test it in Settings or with deepvue-tray alert-test."
    )
    condition = Condition.FRESH
    action = Action.SETTINGS

    def __init__(self, detail: str = "", *, retry_at: datetime | None = None) -> None:
        super().__init__(detail)
        self.retry_at = retry_at
        """When the alert may be passed to the command again; aware, UTC. None if not known."""


class NoAlertCommandError(AlertCommandError):
    """No command for alerts is set, or the stored one is invalid."""

    title = QT_TRANSLATE_NOOP("errors", "No alert command is set")
    remedy = QT_TRANSLATE_NOOP(
        "errors", "Set one in Settings, or as alert_command in settings.json."
    )


class InternalError(DeepvueError):
    """A bug in this program; ``detail`` is the exception's class. The log has the traceback."""

    title = QT_TRANSLATE_NOOP("errors", "Internal error in deepvue-tray")
    remedy = QT_TRANSLATE_NOOP("errors", "Please report it, with the log.")
    condition = Condition.UNREADABLE
