"""A module whose import kills the process, unless the file that PYTHON_KILLED_ONCE names is there."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.kit.processes.tasks import echo as echo

if not (mark := Path(os.environ["PYTHON_KILLED_ONCE"])).exists():
    mark.touch()
    os.kill(os.getpid(), signal.SIGKILL)
