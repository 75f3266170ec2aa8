"""Lets DeepFace download the weights of a model: ``python -m photos_graph.faces.download TASK MODEL``.

The weights go into DEEPFACE_HOME. ``weights`` runs this in a child process and verifies the files. If it fails,
the last line of the output says why.
"""

from __future__ import annotations

import sys


def main(task: str, model: str) -> int:
    try:
        from deepface.modules.modeling import build_model

        build_model(task=task, model_name=model)
    except Exception as error:  # DeepFace, the model's library and the network raise errors of many classes
        print((str(error).splitlines() or ["an unexpected error"])[0], file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
