"""The tasks of the workers that ``light_models`` implements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from photos_graph.services.faces import detection_tasks
from photos_graph.services.learning import features_tasks, training_tasks
from photos_graph.workers.task import Task


def _light(task: Task[Any, Any]) -> Task[Any, Any]:
    return replace(task, target=f"tests.soak.light_models:{task.name}")


FIND_FACES, DESCRIBE_FACES = _light(detection_tasks.FIND_FACES), _light(detection_tasks.DESCRIBE_FACES)
DESCRIBE_PICTURES = _light(features_tasks.DESCRIBE_PICTURES)
TRAIN_TAGS, LEARN_TAGS = _light(training_tasks.TRAIN_TAGS), _light(training_tasks.LEARN_TAGS)
LEARN_PERSONS = _light(training_tasks.LEARN_PERSONS)
TRAINING_TASKS = (TRAIN_TAGS, LEARN_TAGS, LEARN_PERSONS)
