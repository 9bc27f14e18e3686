"""SimpleITK: its shape statistics of labels, without perimeter, Feret diameter and oriented box."""

from __future__ import annotations

import SimpleITK

from tests.benchmarks.labels import load as load_labels
from tests.benchmarks.result import Index


def load(folder: str) -> dict[str, SimpleITK.Image]:
    """Load the maps as its images."""
    return {name: SimpleITK.GetImageFromArray(labels) for name, labels in load_labels(folder)._asdict().items()}


def tally(images: dict[str, SimpleITK.Image]) -> Index:
    """Count the voxels of each label of each map; not by slice, and not of two maps together."""
    found: Index = {}
    for name, image in images.items():
        statistics = SimpleITK.LabelShapeStatisticsImageFilter()
        statistics.ComputePerimeterOff()
        statistics.ComputeFeretDiameterOff()
        statistics.ComputeOrientedBoundingBoxOff()
        statistics.Execute(image)
        found |= {f"{name} {label}": statistics.GetNumberOfPixels(label) for label in statistics.GetLabels()}
    return found
