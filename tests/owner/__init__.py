"""Plays an owner in a real browser, from an empty data directory to an export."""
