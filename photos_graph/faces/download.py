"""DeepFace's own download of a model's weights: ``python -m photos_graph.faces.download TASK MODEL``.

Into DEEPFACE_HOME. A process of its own for ``weights``, which checks what came. What went wrong is the last line.
"""

from __future__ import annotations

import sys


def main(task: str, model: str) -> int:
    try:
        from deepface.modules.modeling import build_model

        build_model(task=task, model_name=model)
    except Exception as error:  # whatever DeepFace, the model's library or the network raises
        print(f"{type(error).__name__}: {error}".splitlines()[0], file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
