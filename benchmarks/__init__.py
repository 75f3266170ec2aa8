"""What photos-graph costs, beside the bare libraries in the same run: ``python -m benchmarks --help``."""
