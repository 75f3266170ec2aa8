"""The bare libraries that we compare with, each in a process of its own."""
