"""One call to the desktop's keyring, in a separate process.

Only this module imports the keyring library. The library needs 12 MB, chooses a keyring only at its
first call, and blocks while a prompt to unlock is open. A process for each call frees the memory,
finds the keyring that exists now, and can be killed while it waits.

The call is one line of JSON on standard input, the result one JSON object on standard output, so
that no secret is in an argument list. The caller keeps standard input open while it waits. When it
is closed, this process ends: a call that was interrupted must not be completed when the person
answers the prompt later.
"""

import json
import os
import sys
import threading
from contextlib import closing, suppress
from typing import Any

if sys.platform == "darwin":
    import ctypes

import keyring
import keyring.errors
from keyring.backend import KeyringBackend

SERVICE = "deepvue-tray"

if sys.platform == "linux":
    import jeepney
    import jeepney.io.blocking
    import jeepney.wrappers
    import secretstorage

    _BUS = jeepney.DBusAddress(
        "/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus"
    )
    _NO_BUS = (OSError, EOFError, KeyError, ValueError, RuntimeError, jeepney.DBusErrorResponse)
_SECRETS = "org.freedesktop.secrets"
_KWALLETS = {"org.kde.kwalletd5", "org.kde.kwalletd6"}
# The names of D-Bus errors: the bus could not start the Secret Service.
_NOT_STARTED = tuple(
    f"org.freedesktop.DBus.Error.{kind}" for kind in ("ServiceUnknown", "Spawn.", "NameHasNoOwner")
)


def answer(call: str, client_ids: list[str], secret: str | None) -> dict[str, Any]:
    """Make a call; return the secrets by client ID, or the kind of failure and its detail.

    ``call`` is ``get``, ``set``, ``delete``, or ``peek``, which gets without a prompt. ``set`` and
    ``delete`` change only the first client ID.
    """
    try:
        return {"secrets": _ask(call, client_ids, secret)}
    except keyring.errors.KeyringLocked:
        return {"failure": "locked"}
    except (keyring.errors.NoKeyringError, keyring.errors.InitError):
        return {"failure": "missing"}
    except Exception as error:  # noqa: BLE001 - a backend may raise anything its library does
        if str(getattr(error, "name", "")).startswith(_NOT_STARTED):
            return {"failure": "missing"}
        # Only the type: the error's text may contain the secret.
        return {"failure": "refused", "detail": type(error).__name__}


def _ask(call: str, client_ids: list[str], secret: str | None) -> dict[str, str]:
    _start_kwallet()
    backend = keyring.get_keyring()
    if call == "set" and secret is not None:
        backend.set_password(SERVICE, client_ids[0], secret)
        return {}
    if call == "delete":
        if backend.get_password(SERVICE, client_ids[0]) is not None:
            backend.delete_password(SERVICE, client_ids[0])
        return {}
    if call == "peek" and any(map(_would_prompt, getattr(backend, "backends", [backend]))):
        raise keyring.errors.KeyringLocked
    if call == "peek" and sys.platform == "darwin":
        # Applies to this process only, which ends after this call.
        security = ctypes.CDLL("/System/Library/Frameworks/Security.framework/Security")
        security.SecKeychainSetUserInteractionAllowed(False)
        try:
            return _stored(backend, client_ids)
        except keyring.errors.KeyringError:
            raise keyring.errors.KeyringLocked from None
    return _stored(backend, client_ids)


def _stored(backend: KeyringBackend, client_ids: list[str]) -> dict[str, str]:
    secrets = {client_id: backend.get_password(SERVICE, client_id) for client_id in client_ids}
    return {client_id: secret for client_id, secret in secrets.items() if secret is not None}


def _would_prompt(backend: KeyringBackend) -> bool:
    """Return whether reading would prompt for a password, as the library always unlocks."""
    if type(backend).__module__ != "keyring.backends.SecretService":
        return False
    try:
        with closing(secretstorage.dbus_init()) as bus:
            wallet = _kwallet_behind(bus)
            if wallet is not None:
                # Its Secret Service reports a wallet that was opened at login as locked.
                (name,) = _call(bus, wallet, "networkWallet")
                return not _call(bus, wallet, "isOpen", "s", name)[0]
            return bool(secretstorage.Collection(bus).is_locked())
    except secretstorage.ItemNotFoundException:
        return True  # The service would prompt for the password of a new keyring.


def _start_kwallet() -> None:
    """Start KWallet if no other program can provide the Secret Service.

    KWallet's daemon provides it, but on Debian the bus can start it only by KWallet's own name.
    """
    if sys.platform != "linux":
        return
    with suppress(*_NO_BUS), closing(jeepney.io.blocking.open_dbus_connection()) as bus:
        known = {*_call(bus, _BUS, "ListNames")[0], *_call(bus, _BUS, "ListActivatableNames")[0]}
        if _SECRETS not in known:
            for name in _KWALLETS:
                if name in known:
                    _call(bus, _BUS, "StartServiceByName", "su", name, 0)
                    return


def _kwallet_behind(bus: Any) -> "jeepney.DBusAddress | None":
    """Return KWallet's address if KWallet provides the Secret Service, otherwise None."""
    names = set(_call(bus, _BUS, "ListNames")[0])
    for name in _KWALLETS & names if _SECRETS in names else ():
        if _call(bus, _BUS, "GetNameOwner", "s", name) == _call(
            bus, _BUS, "GetNameOwner", "s", _SECRETS
        ):
            path = "/modules/" + name.rpartition(".")[2]
            return jeepney.DBusAddress(path, name, "org.kde.KWallet")
    return None


def _call(
    bus: Any, address: "jeepney.DBusAddress", method: str, signature: str = "", *arguments: object
) -> tuple[Any, ...]:
    message = jeepney.new_method_call(address, method, signature or None, arguments)
    return tuple(jeepney.wrappers.unwrap_msg(bus.send_and_get_reply(message)))


def _end_with_standard_input() -> None:
    # Not with sys.stdin: the interpreter takes its lock at exit.
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    if sys.platform != "linux":  # On Linux, this would already call the bus.
        with suppress(Exception):  # The reply reports it.
            keyring.get_keyring()
    # An empty line, which JSON ignores, says that all is loaded.
    sys.stdout.write("\n")
    sys.stdout.flush()
    question = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    sys.stdout.write(json.dumps(answer(**question)))
