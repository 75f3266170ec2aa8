"""libvips, configured for untrusted files: only the loaders that we need, one thread, no caches."""

from __future__ import annotations

import logging
import os

os.environ.setdefault("VIPS_CONCURRENCY", "1")  # there is a process for each core

import pyvips

__all__ = ["pyvips", "reason"]

# libvips chooses a loader by content. All other loaders of its build (SVG, CSV, raw memory, its own format of unlimited
# size, HDR gain maps) are blocked.
_LOADERS = ("Jpeg", "Png", "Webp", "Tiff", "Nsgif", "Heif")

pyvips.block_untrusted_set(True)
pyvips.operation_block_set("VipsForeignLoad", True)
for _loader in _LOADERS:
    pyvips.operation_block_set(f"VipsForeignLoad{_loader}", False)
pyvips.cache_set_max(0)
pyvips.cache_set_max_mem(0)
pyvips.cache_set_max_files(0)
logging.getLogger("pyvips").setLevel(logging.CRITICAL)  # warnings are returned as reasons

MAX_REASON = 200  # characters


def reason(error: pyvips.Error) -> str:
    """Returns the message of libvips as one line."""
    lines = [line.strip() for line in str(error.detail or error.message).splitlines()]
    messages = [
        line for line in dict.fromkeys(lines) if line and "bad seek" not in line
    ]  # libheif probes beyond the end
    return "; ".join(messages)[:MAX_REASON].rstrip(".") or "no reason given"
