"""Measures photos-graph beside bare libraries in the same run: ``python -m benchmarks --help``."""
