"""This project: maps to a tally."""

from __future__ import annotations

import numpy as np

from kazerooni.model import Component, FindingMap, Geometry, LobeMap
from kazerooni.scoring import measure
from tests.benchmarks.labels import load as load_labels
from tests.benchmarks.result import Index

Given = tuple[Geometry, LobeMap, FindingMap, FindingMap]


def load(folder: str) -> Given:
    """Load the maps of a scan with a slice every millimetre."""
    maps = load_labels(folder)
    origins = np.arange(maps.lobes.shape[0])[:, None] * np.array([0.0, 0.0, 1.0])
    shape = (maps.lobes.shape[0], maps.lobes.shape[1], maps.lobes.shape[2])
    geometry = Geometry(shape, (0.7, 0.7), origins, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 1.0)
    return (
        geometry,
        LobeMap(maps.lobes, geometry),
        FindingMap(Component.ALVEOLAR, maps.alveolar, geometry),
        FindingMap(Component.INTERSTITIAL, maps.interstitial, geometry),
    )


def tally(given: Given) -> Index:
    """Measure: voxels by slice, lobe and both findings; given here as those of each label of each map."""
    geometry, lobes, alveolar, interstitial = given
    counts = measure(geometry, lobes, alveolar=alveolar, interstitial=interstitial).counts.sum(axis=0)
    sums = {"lobes": counts.sum((1, 2)), "alveolar": counts.sum((0, 2)), "interstitial": counts.sum((0, 1))}
    return {
        f"{name} {label}": voxels
        for name, per_label in sums.items()
        for label, voxels in enumerate(per_label.tolist())
        if label and voxels
    }
