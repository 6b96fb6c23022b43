"""The secret is sent encrypted, or only to this computer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.address import checked_base_url
from deepvue_tray.core.errors import InvalidInputError


@pytest.mark.parametrize(
    "url",
    [
        "https://production.deepvue.tech",
        "https://gateway.example:8443/deepvue",
        "http://127.0.0.1:8080",
        "http://127.8.9.10",
        "http://[::1]:8080",
        "http://localhost:9",
    ],
)
def test_https_anywhere_and_http_on_loopback_are_accepted(url: str) -> None:
    assert checked_base_url(f" {url}/ ") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://production.deepvue.tech",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://192.168.0.1",
        "ftp://127.0.0.1",
        "production.deepvue.tech",
        "https://",
        "https://user:word@example.com",
        "https://example.com/?q=1",
        "https://example.com/#top",
        "https://example.com:port",
        "https://exa mple.com",
        "https://[::1",
        "",
    ],
)
def test_every_other_address_is_refused_with_the_reason(url: str) -> None:
    with pytest.raises(InvalidInputError, match="DEEPVUE_BASE_URL"):
        checked_base_url(url)


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        url = checked_base_url(text)
    except InvalidInputError:
        return
    assert url.startswith(("https://", "http://"))


@pytest.mark.parametrize(
    "url", ["https://ex\u00e4mple.com", "https://example.com/\x7f", "https://example.com/\u200b"]
)
def test_an_address_that_no_request_line_can_carry_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError, match="is not an address such as"):
        checked_base_url(url)


def test_only_the_trailing_slashes_of_an_address_are_removed() -> None:
    assert checked_base_url("https://example.com/MAX//") == "https://example.com/MAX"
