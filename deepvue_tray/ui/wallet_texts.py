"""Texts about wallets, shared by the windows that add and edit them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from deepvue_tray.core.errors import InvalidInputError
from deepvue_tray.core.external_text import cleaned
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.wallet_names import MAX_NAME_LENGTH, parse_name
from deepvue_tray.ui.form_widgets import FIELD_WIDTH_PX
from deepvue_tray.ui.translation import translate


def name_problem(text: str, client_id: str, settings: Settings) -> str:
    """Return why ``text`` cannot be the name of the wallet ``client_id``; empty if it can."""
    try:
        parse_name(text, client_id, settings)
    except InvalidInputError:
        if not cleaned(text):
            return translate("wallets", "Enter a name.")
        if len(cleaned(text)) > MAX_NAME_LENGTH:
            return translate("wallets", "At most {0} characters.").format(MAX_NAME_LENGTH)
        return translate("wallets", "Another wallet has this name.")
    return ""


def environment_text() -> str:
    """Return that only the environment's wallet is watched."""
    return translate(
        "wallets",
        "DEEPVUE_CLIENT_ID or DEEPVUE_CLIENT_SECRET is set, so only that wallet is watched.",
    )


def elided_client_id(client_id: str, widget: QWidget) -> str:
    """Return a client ID without its middle if it is wider than a field of ``widget``'s window."""
    metrics = widget.fontMetrics()
    return metrics.elidedText(client_id, Qt.TextElideMode.ElideMiddle, FIELD_WIDTH_PX)
