"""The program, with so few photos in each call of the backbone that a few photos are several calls."""

from __future__ import annotations

BATCH = 4

if __name__ == "__main__":
    from photos_graph.cli import main
    from photos_graph.services.learning import described

    described.BATCH_SIZE = BATCH
    main()
