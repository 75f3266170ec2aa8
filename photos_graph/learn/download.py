"""Lets Keras download the weights of a backbone: ``python -m photos_graph.learn.download NAME FILE``.

The weights go into FILE, below KERAS_HOME. ``weights`` runs this in a child process and verifies the file. If it
fails, the last line of the output says why.
"""

from __future__ import annotations

import sys


def main(name: str, path: str) -> int:
    try:
        import keras

        keras.utils.disable_interactive_logging()
        make = getattr(keras.applications, name)
        make(weights="imagenet", include_top=False, pooling="avg").save_weights(path)
    except Exception as error:  # Keras, the network and the disk raise errors of many classes
        print((str(error).splitlines() or ["an unexpected error"])[0], file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
