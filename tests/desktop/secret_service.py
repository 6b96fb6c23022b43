"""Locks, unlocks, reads and fills the desktop's keyring without the program."""

from typing import Any

from jeepney import DBusAddress

from tests.desktop.session import PASSWORD, Desktop, wait_until

_NAME = "org.freedesktop.secrets"
_PATH = "/org/freedesktop/secrets"
_SERVICE = DBusAddress(_PATH, _NAME, "org.freedesktop.Secret.Service")

# The interface that gnome-keyring offers to the login screen: the only unlock without a window.
_MASTER = DBusAddress(_PATH, _NAME, "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface")


def is_locked(desktop: Desktop) -> bool:
    """Return whether the default collection is locked."""
    interface = "org.freedesktop.Secret.Collection"
    return bool(desktop.property(_NAME, _collection(desktop), interface, "Locked"))


def lock(desktop: Desktop) -> None:
    """Lock the default collection, as a screen lock or logout may do."""
    desktop.call(_SERVICE, "Lock", "ao", [_collection(desktop)])
    assert is_locked(desktop)


def unlock(desktop: Desktop, password: str = PASSWORD) -> None:
    """Unlock the default collection, as if a person had answered the prompt."""
    session = desktop.call(_SERVICE, "OpenSession", "sv", "plain", ("s", ""))[1]
    secret = (session, b"", password.encode(), "text/plain")
    desktop.call(_MASTER, "UnlockWithMasterPassword", "o(oayays)", _collection(desktop), secret)
    assert not is_locked(desktop)


def prompts(desktop: Desktop) -> list[str]:
    """Return the ids of the password prompts."""
    return desktop.run("xdotool", "search", "--onlyvisible", "--name", "^Unlock").split()


def prompt(desktop: Desktop) -> str:
    """Wait for a password prompt, and return its window id."""
    return wait_until(lambda: prompts(desktop), "a prompt for the keyring's password")[0]


def refuse(desktop: Desktop) -> None:
    """Close the prompt without a password."""
    prompt(desktop)
    desktop.run("xdotool", "key", "Escape")


def stored(desktop: Desktop, **attributes: str) -> list[str]:
    """Return the passwords with these attributes; keyring sets ``service`` and ``username``."""
    unlocked, _locked = desktop.call(_SERVICE, "SearchItems", "a{ss}", attributes)
    session = desktop.call(_SERVICE, "OpenSession", "sv", "plain", ("s", ""))[1]
    secrets: dict[str, Any] = desktop.call(_SERVICE, "GetSecrets", "aoo", unlocked, session)[0]
    return [bytes(value).decode() for _session, _salt, value, _type in secrets.values()]


def store(desktop: Desktop, client_id: str, secret: str) -> None:
    """Store a wallet's secret as the program does, which keyring's attributes identify."""
    application = "Python keyring library"
    attributes = {"application": application, "service": "deepvue-tray", "username": client_id}
    properties = {
        "org.freedesktop.Secret.Item.Label": ("s", client_id),
        "org.freedesktop.Secret.Item.Attributes": ("a{ss}", attributes),
    }
    session = desktop.call(_SERVICE, "OpenSession", "sv", "plain", ("s", ""))[1]
    item = (session, b"", secret.encode(), "text/plain")
    collection = DBusAddress(_collection(desktop), _NAME, "org.freedesktop.Secret.Collection")
    desktop.call(collection, "CreateItem", "a{sv}(oayays)b", properties, item, True)


def _collection(desktop: Desktop) -> str:
    return str(desktop.call(_SERVICE, "ReadAlias", "s", "default")[0])
