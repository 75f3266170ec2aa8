"""The pages in docs/reference, which are made from the code: ``python -m tests.reference`` rewrites them."""

from __future__ import annotations

from tests.reference.pages import FOLDER, pages

for name, page in pages().items():
    (FOLDER / name).write_text(page)
