"""The service of a soak: ``photos-graph`` with light models in place of weights, in a process of its own.

SIGUSR1 lets it compare its index with the graph, and write what differs into ``differences.txt`` in the data directory.
"""

from __future__ import annotations

import asyncio
import signal

from photos_graph import cli, serving
from photos_graph.access.secrets import Secrets
from photos_graph.bootstrap import Services
from photos_graph.services.faces import detection_call
from photos_graph.services.labels import predicted_tags
from photos_graph.services.learning import features_call, training_call
from photos_graph.weights import WeightStore
from photos_graph.written_files import written_whole
from tests.soak import light_tasks

DIFFERENCES = "differences.txt"
PORTION = 3  # photos that a bulk answer writes in one transaction


def _with_light_models() -> None:
    detection_call.FIND_FACES, detection_call.DESCRIBE_FACES = light_tasks.FIND_FACES, light_tasks.DESCRIBE_FACES
    features_call.DESCRIBE_PICTURES = light_tasks.DESCRIBE_PICTURES
    for name in ("TRAIN_TAGS", "LEARN_TAGS", "LEARN_PERSONS", "TRAINING_TASKS"):
        setattr(training_call, name, getattr(light_tasks, name))
    WeightStore.check = lambda *_: None  # type: ignore[method-assign]
    WeightStore.are_here = lambda *_: True  # type: ignore[method-assign]
    predicted_tags.PHOTOS_PER_COMMIT = PORTION


async def _compare(services: Services) -> None:
    with written_whole(services.settings.data_dir / DIFFERENCES) as file:
        file.write(str(await services.index.differing() or "").encode())


def _greet_and_listen() -> None:
    """Adds the comparison to what happens when the service has started."""
    serve = serving.serve

    async def serving_with_comparison(create_app: serving.CreateApp, *more: object, **named: object) -> None:
        def create(settings: object, started: serving.Started) -> object:
            async def and_listening(services: Services, secrets: Secrets) -> None:
                loop = asyncio.get_running_loop()
                running: set[asyncio.Task[None]] = set()
                loop.add_signal_handler(signal.SIGUSR1, lambda: running.add(loop.create_task(_compare(services))))
                await started(services, secrets)

            return create_app(settings, and_listening)  # type: ignore[arg-type]

        await serve(create, *more, **named)  # type: ignore[arg-type]

    serving.serve = serving_with_comparison  # type: ignore[assignment]


if __name__ == "__main__":
    _with_light_models()
    _greet_and_listen()
    cli.main()
