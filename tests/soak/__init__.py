"""Kills processes at random while people and jobs work, and compares what is there afterwards with what was
acknowledged. Run it as ``python -m tests.soak --seeds 1-50 --engine embedded|neo4j|both``."""
