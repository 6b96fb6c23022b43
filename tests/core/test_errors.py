"""Every remedy can be followed on the system that shows it."""

import pytest

from deepvue_tray.core.errors import DeepvueError


def kinds(error: type[DeepvueError]) -> list[type[DeepvueError]]:
    return [error, *(kind for each in error.__subclasses__() for kind in kinds(each))]


@pytest.mark.parametrize("error", kinds(DeepvueError))
def test_a_remedy_that_names_a_desktop_s_keyring_names_its_system(
    error: type[DeepvueError],
) -> None:
    remedy = str(getattr(error, "remedy", ""))
    assert "Linux" in remedy or not ("GNOME" in remedy or "KWallet" in remedy)
