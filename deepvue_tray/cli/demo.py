"""``deepvue-tray --demo``: a tray with a made-up wallet, or a look at it where no tray can be."""

import sys

from deepvue_tray.backend import event_loop
from deepvue_tray.backend.demo import demo_backend
from deepvue_tray.cli.login import reading_line


def run_demo(problem: str | None) -> int:
    """Show the demo; ``problem`` says why no window can be shown. Returns the exit status."""
    with demo_backend() as build:
        if problem is None:
            # Qt: half a second, and not there where there is a problem.
            from deepvue_tray.app.application import run  # noqa: PLC0415

            return run(build, prefix="Demo", single=False)
        backend = build()
        snapshot = event_loop.run(backend.monitor.poll())
        backend.close()
    if snapshot.trouble or not snapshot.reading:
        print(f"Demo: {snapshot.trouble}", file=sys.stderr)
        return 1
    print(f"Demo: {reading_line(snapshot.reading)}.")
    print("On a desktop this stands in the tray, is kept current, and warns when it runs low.")
    print(problem)
    return 0
