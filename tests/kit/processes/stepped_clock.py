"""The program, with a clock that is off by the seconds in the file ``CLOCK_OFF_BY``. On SIGUSR1 it reads the file
again."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import time_machine


def main() -> None:
    real = time.time
    file = Path(os.environ["CLOCK_OFF_BY"])
    traveller = time_machine.travel(real() + float(file.read_text()), tick=True)
    coordinates = traveller.start()
    known = float(file.read_text())

    def step(*_: object) -> None:
        nonlocal known
        wanted = float(file.read_text())
        coordinates.shift(wanted - known)
        known = wanted

    signal.signal(signal.SIGUSR1, step)
    from photos_graph.cli import main as program

    program()


if __name__ == "__main__":
    sys.exit(main())
