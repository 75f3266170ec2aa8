"""Keras's own download of a backbone's weights: ``python -m photos_graph.learn.download NAME FILE``.

Into FILE, below KERAS_HOME. A process of its own for ``weights``, which checks what came. What went wrong is the last
line.
"""

from __future__ import annotations

import sys


def main(name: str, path: str) -> int:
    try:
        import keras

        keras.utils.disable_interactive_logging()
        make = getattr(keras.applications, name)
        make(weights="imagenet", include_top=False, pooling="avg").save_weights(path)
    except Exception as error:  # whatever Keras, the network or the disk raises
        print(f"{type(error).__name__}: {error}".splitlines()[0], file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
