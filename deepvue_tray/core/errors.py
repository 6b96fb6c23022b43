"""Everything that can go wrong and be explained to a person, as one tree.

DeepvueError
├── WalletError              the wallet was asked, and gave no balance
│   ├── RejectedError        400, 401, 403: the credentials do not open this wallet
│   │   └── InactiveError    400: the account is not in good standing
│   ├── ThrottledError       429: too many requests
│   ├── ServerError          any other refusal: 5xx, 404, 422 …
│   ├── OfflineError         no connection
│   │   └── TimedOutError    a connection, but no complete answer in time
│   ├── UntrustedError       the server's certificate is not trusted
│   ├── ProxyError           the proxy's settings cannot be used
│   └── UnreadableError      an answer that is no balance
├── AccountError             the wallet could not be asked
│   ├── NotSetUpError        no credentials yet
│   ├── InvalidInputError    something typed or set that cannot work
│   ├── KeyringLockedError   the keyring is there and closed
│   ├── NoKeyringError       there is no keyring
│   └── KeyringRefusedError  the keyring answered with an error
├── StorageError             a file could not be read or written
│   └── DamagedError         a file was no longer what we had written
└── InternalError            an error in this program

Each class has a ``title`` and a ``remedy``; an instance adds a ``detail``, mostly the server's or
the operating system's own words. Titles and remedies are English source texts marked for
translation; the interface translates them in the context ``errors``.
"""

from enum import Enum
from typing import ClassVar, Self

from deepvue_tray.core.actions import Action
from deepvue_tray.core.foreign_text import cleaned
from deepvue_tray.core.translation import QT_TRANSLATE_NOOP


class Condition(Enum):
    """What became of the last attempt to read the wallet."""

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


class DeepvueError(Exception):
    """Something went wrong that can be explained; never raised itself.

    ``detail`` is shown to people: it must never hold a secret. It is cleaned here, which every text
    from outside passes on its way to a person.
    """

    title: ClassVar[str]
    """What happened, in a few words without a full stop."""
    remedy: ClassVar[str]
    """What to do about it, one sentence."""
    condition: ClassVar[Condition]
    """The condition the wallet's snapshot is in after this error."""
    action: ClassVar[Action | None] = None
    """The remedy, where it is a click away."""

    def __init__(self, detail: str = "") -> None:
        self.detail = cleaned(detail)
        super().__init__(self.detail)

    def __str__(self) -> str:
        """One line for a terminal: title, detail and remedy in English."""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.title}{detail}. {self.remedy}"

    def without_traceback(self) -> Self:
        """Itself, without the frames and causes that would keep a request alive in memory."""
        self.__traceback__ = self.__context__ = self.__cause__ = None
        return self


class WalletError(DeepvueError):
    """The wallet was asked and gave no balance; never raised itself."""

    def __init__(self, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        """Seconds the server asked to wait; None where it did not say."""


class RejectedError(WalletError):
    """400, 401 or 403: these credentials do not open this wallet."""

    title = QT_TRANSLATE_NOOP("errors", "Credentials refused")
    remedy = QT_TRANSLATE_NOOP(
        "errors", "Check the client ID and the client secret against the Deepvue dashboard."
    )
    condition = Condition.REJECTED
    action = Action.SETTINGS


class InactiveError(RejectedError):
    """400 "Inactive client_id": the account is not in good standing; no typing error."""

    title = QT_TRANSLATE_NOOP("errors", "Account inactive")
    remedy = QT_TRANSLATE_NOOP(
        "errors", "Check the account in the Deepvue dashboard, or write to Deepvue's support."
    )
    condition = Condition.INACTIVE
    action = Action.DASHBOARD


class ThrottledError(WalletError):
    """429: the key's rate limit, shared with the user's own traffic, is used up."""

    title = QT_TRANSLATE_NOOP("errors", "Rate limit reached")
    remedy = QT_TRANSLATE_NOOP("errors", "Wait a little; your own requests count too.")
    condition = Condition.THROTTLED


class ServerError(WalletError):
    """The server answered with an error of its own."""

    title = QT_TRANSLATE_NOOP("errors", "The server has a problem")
    remedy = QT_TRANSLATE_NOOP("errors", "See on the status page whether it is known.")
    condition = Condition.SERVER_ERROR
    action = Action.STATUS_PAGE


class OfflineError(WalletError):
    """No connection to the server could be made, or it broke."""

    title = QT_TRANSLATE_NOOP("errors", "No connection")
    remedy = QT_TRANSLATE_NOOP("errors", "Check the network, or the proxy.")
    condition = Condition.OFFLINE
    action = Action.REFRESH


class TimedOutError(OfflineError):
    """The whole exchange took longer than its deadline."""

    title = QT_TRANSLATE_NOOP("errors", "No answer in time")
    remedy = QT_TRANSLATE_NOOP("errors", "The network or the server is slow; try again later.")


class UntrustedError(WalletError):
    """The server's certificate is not one this computer trusts."""

    title = QT_TRANSLATE_NOOP("errors", "Certificate not trusted")
    remedy = QT_TRANSLATE_NOOP(
        "errors",
        "Add your company's certificate to the system's store, or check the computer's clock.",
    )
    condition = Condition.UNTRUSTED
    action = Action.REFRESH


class ProxyError(WalletError):
    """The proxy named by the environment or the system cannot be used."""

    title = QT_TRANSLATE_NOOP("errors", "Proxy misconfigured")
    remedy = QT_TRANSLATE_NOOP(
        "errors",
        "Set HTTPS_PROXY to an http:// proxy that works, or list the server in NO_PROXY;"
        " SOCKS proxies are not supported.",
    )
    condition = Condition.OFFLINE
    action = Action.REFRESH


class UnreadableError(WalletError):
    """The server answered, but not with a balance."""

    title = QT_TRANSLATE_NOOP("errors", "The answer is not a balance")
    remedy = QT_TRANSLATE_NOOP("errors", "See whether a sign-in page or a proxy answers instead.")
    condition = Condition.UNREADABLE
    action = Action.STATUS_PAGE


class AccountError(DeepvueError):
    """The wallet could not even be asked; never raised itself."""


class NotSetUpError(AccountError):
    """There are no credentials to ask with."""

    title = QT_TRANSLATE_NOOP("errors", "Not set up")
    remedy = QT_TRANSLATE_NOOP(
        "errors",
        "Enter the client ID and the client secret in Settings, or with deepvue-tray login.",
    )
    condition = Condition.NOT_SET_UP
    action = Action.SETTINGS


class InvalidInputError(AccountError):
    """A value that cannot work, whoever typed or set it; ``detail`` says which and why."""

    title = QT_TRANSLATE_NOOP("errors", "Invalid value")
    remedy = QT_TRANSLATE_NOOP("errors", "Correct it and try again.")
    condition = Condition.NOT_SET_UP
    action = Action.SETTINGS


class KeyringLockedError(AccountError):
    """The keyring is there, and locked."""

    title = QT_TRANSLATE_NOOP("errors", "The keyring is locked")
    remedy = QT_TRANSLATE_NOOP("errors", "Unlock it; the stored secret is untouched.")
    condition = Condition.LOCKED
    action = Action.UNLOCK


class NoKeyringError(AccountError):
    """The desktop offers no keyring at all."""

    title = QT_TRANSLATE_NOOP("errors", "No keyring")
    remedy = QT_TRANSLATE_NOOP(
        "errors",
        "On Linux, install GNOME Keyring or KWallet."
        " Otherwise set DEEPVUE_CLIENT_ID and DEEPVUE_CLIENT_SECRET.",
    )
    condition = Condition.NO_KEYRING
    action = Action.SETTINGS


class KeyringRefusedError(AccountError):
    """The keyring is there and answered with an error."""

    title = QT_TRANSLATE_NOOP("errors", "The keyring refused")
    remedy = QT_TRANSLATE_NOOP("errors", "Open your keyring application and check that it works.")
    condition = Condition.LOCKED
    action = Action.UNLOCK


class StorageError(DeepvueError):
    """A file of ours could not be read or written; ``detail`` names it and the reason."""

    title = QT_TRANSLATE_NOOP("errors", "A file could not be used")
    remedy = QT_TRANSLATE_NOOP("errors", "Check the folder's permissions and the free disk space.")
    condition = Condition.FRESH


class DamagedError(StorageError):
    """A file of ours was damaged and set aside; ``detail`` says under which name."""

    title = QT_TRANSLATE_NOOP("errors", "A file was damaged")
    remedy = QT_TRANSLATE_NOOP(
        "errors", "It was set aside under this name and a new one begun. Nothing was deleted."
    )


class InternalError(DeepvueError):
    """An error in this program, which is in the log; ``detail`` is the exception's class."""

    title = QT_TRANSLATE_NOOP("errors", "A fault in deepvue-tray")
    remedy = QT_TRANSLATE_NOOP("errors", "Open the log, and report the error.")
    condition = Condition.UNREADABLE
