"""The bare libraries to compare with, each in its own process."""
