"""libvips, set up for untrusted files: only the loaders that are wanted, one thread, nothing cached."""

from __future__ import annotations

import logging
import os

os.environ.setdefault("VIPS_CONCURRENCY", "1")  # a process per core, so a thread per process

import pyvips

__all__ = ["pyvips", "reason"]

# libvips picks a loader by content. Everything else that it was built with (SVG, CSV, raw memory, its own format
# that runs to any size, HDR gain maps) stays out of reach.
_LOADERS = ("Jpeg", "Png", "Webp", "Tiff", "Nsgif", "Heif")

pyvips.block_untrusted_set(True)
pyvips.operation_block_set("VipsForeignLoad", True)
for _loader in _LOADERS:
    pyvips.operation_block_set(f"VipsForeignLoad{_loader}", False)
pyvips.cache_set_max(0)
pyvips.cache_set_max_mem(0)
pyvips.cache_set_max_files(0)
logging.getLogger("pyvips").setLevel(logging.CRITICAL)  # warnings come back as reasons

MAX_REASON = 200  # characters


def reason(error: pyvips.Error) -> str:
    """What libvips says, as one line."""
    lines = [line.strip() for line in str(error.detail or error.message).splitlines()]
    said = [line for line in dict.fromkeys(lines) if line and "bad seek" not in line]  # libheif probes past the end
    return "; ".join(said)[:MAX_REASON].rstrip(".") or "no reason given"
