"""``deepvue-tray --demo``: a tray with a made-up wallet; without a screen, its balance."""

import sys

from deepvue_tray.backend import event_loop
from deepvue_tray.backend.demo import demo_backend
from deepvue_tray.cli.texts import reading_text


def run_demo(problem: str | None) -> int:
    """Show the demo; return the exit status. ``problem`` is why no window can be shown, or None."""
    with demo_backend() as build:
        if problem is None:
            # Qt takes half a second to load, and cannot be loaded if there is a problem.
            from deepvue_tray.app.startup import run  # noqa: PLC0415

            return run(build, is_demo=True, single=False)
        backend = build()
        overview = event_loop.run(backend.poll_all())
        backend.close()
    for snapshot in overview.snapshots:
        if snapshot.trouble or not snapshot.reading:
            print(f"Demo: {snapshot.trouble}", file=sys.stderr)
            return 1
        print(f"Demo, {snapshot.wallet.name}: {reading_text(snapshot.reading)}.")
    print("On a desktop the tray shows the current balance, and notifies when it is low.")
    print(problem)
    return 0
