"""Opens networks in ONNX Runtime, which is imported in workers only."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def open_session(model: Path | bytes, threads: int, *, varied: bool = False) -> Any:
    """Returns a session of ONNX Runtime that runs the network on the processor, with so many threads. The same input
    gives the same output. ``varied`` says that inputs have many sizes, so that no memory is kept for each of them.
    Raises ImportError, and errors of ONNX Runtime's own classes for each kind of damage."""
    import onnxruntime as onnx

    options = onnx.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # Threads that wait for work would otherwise keep their processors busy, which costs as much as the work.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.use_deterministic_compute = True
    options.enable_mem_pattern = not varied
    options.log_severity_level = 3
    given = model if isinstance(model, bytes) else str(model)
    return onnx.InferenceSession(given, options, providers=["CPUExecutionProvider"])
