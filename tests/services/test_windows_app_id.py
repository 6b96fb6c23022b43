"""Windows knows the tray as deepvue-tray, not as Python."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from deepvue_tray.resources import icon_path
from deepvue_tray.services import windows_app_id

if sys.platform == "win32":
    import winreg

    @pytest.fixture
    def process_ids(monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Record the IDs that the process gets; Wine 8 forgets them."""
        recorded: list[str] = []
        monkeypatch.setattr(
            ctypes.windll.shell32, "SetCurrentProcessExplicitAppUserModelID", recorded.append
        )
        return recorded

    @pytest.fixture
    def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
        """Use a key that no notification reads."""
        key = r"Software\deepvue-tray-tests-app-id"
        monkeypatch.setattr(windows_app_id, "KEY", key)
        yield key
        with suppress(FileNotFoundError):
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)

    def test_windows_knows_the_program_s_name_and_icon(key: str, process_ids: list[str]) -> None:
        icon = icon_path("deepvue-tray-256.png")
        windows_app_id.set_app_id(icon)
        assert process_ids == ["deepvue-tray"]
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as values:
            assert winreg.QueryValueEx(values, "DisplayName")[0] == "deepvue-tray"
            assert winreg.QueryValueEx(values, "IconUri")[0] == icon.as_uri()

    def test_a_registry_that_cannot_be_written_does_not_stop_the_start(
        monkeypatch: pytest.MonkeyPatch,
        process_ids: list[str],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def deny(*_: object) -> None:
            raise PermissionError(13, "Access is denied")

        monkeypatch.setattr(winreg, "CreateKey", deny)
        windows_app_id.set_app_id(Path(sys.executable))
        assert process_ids
        assert "Access is denied" in caplog.text


def test_the_installer_s_shortcut_has_the_same_id() -> None:
    installer = Path(__file__).parents[2] / "resources" / "windows" / "installer.nsi"
    script = installer.read_text(encoding="utf-8")
    assert f'(&w{len(windows_app_id.APP_ID) + 1} "{windows_app_id.APP_ID}")' in script
