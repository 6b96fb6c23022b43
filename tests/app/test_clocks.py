"""The clocks by which polls are scheduled."""

import time

from deepvue_tray.app.clocks import seconds_since_boot


def test_the_deadlines_clock_includes_sleep_and_is_not_the_time_of_day() -> None:
    # seconds_since_boot() includes sleep, time.monotonic() does not.
    awake, since_boot = time.monotonic(), seconds_since_boot()
    assert awake <= since_boot <= seconds_since_boot()
    assert since_boot < 10**9  # the seconds since 1970 are more
