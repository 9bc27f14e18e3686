"""Layers: a scan, its label maps and its fissures as what a viewer's layers are made of, and back. No viewer needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from kazerooni.labels import COLOURS
from kazerooni.model import (
    Component,
    Finding,
    FindingMap,
    Fissure,
    FissureName,
    FissurePoint,
    FissureState,
    Lobe,
    LobeMap,
    PointOrigin,
    Volume,
    findings_of,
)
from napari_kazerooni.screen import Screen, screen_of

LayerName = Literal["lobes", "alveolar", "interstitial"]
LAYER_NAMES: Final[tuple[LayerName, ...]] = ("lobes", "alveolar", "interstitial")
Labels = NDArray[np.uint8]
LayerArguments = dict[str, Any]
"""Keyword arguments of a layer."""

LUNG_LIMITS_HU: Final = (-1350.0, 150.0)
LIMITS_RANGE_HU: Final = (-1350.0, 3071.0)
"""From the lung window to the densest value of 12 bits; padding below would spoil an automatic range."""
UNITS: Final = ("mm", "mm", "mm")
AXES: Final = ("slice", "row", "column")
# The weight of a point that a person placed or moved, as in `kazerooni.segment.Guidance`.
_PLACED_WEIGHT = 1.0
_FEATURES = ("origin", "weight", "x_mm", "y_mm", "z_mm")
# The shape of what a layer holds until a scan is opened.
_WAITING = (1, 2, 2)
_RAW_PERCENTILES = (1.0, 99.0)
_FULL = 255


def image_kwargs(volume: Volume) -> LayerArguments:
    """Give the arguments of the image layer of a scan: radiological orientation, mm, lung window.

    metadata: `geometry` (the true one), `screen`, `scan`, `technique`, `notices`, and `contrast_limits_range`, which a
    layer takes as an attribute only, once it is made. Values that are not known to be HU get limits of their own.
    """
    screen = screen_of(volume.geometry)
    limits, reach = LUNG_LIMITS_HU, LIMITS_RANGE_HU
    if not volume.is_hu_proven:
        middle = volume.hu[volume.hu.shape[0] // 2]
        low, high = (float(value) for value in np.percentile(middle, _RAW_PERCENTILES))
        limits, reach = (low, max(high, low + 1)), (float(middle.min()), float(max(middle.max(), low + 1)))
    return {
        "data": screen.shown(volume.hu),
        "name": "CT",
        **_place(screen),
        "colormap": "gray",
        "contrast_limits": limits,
        "metadata": {
            "contrast_limits_range": reach,
            "geometry": volume.geometry,
            "screen": screen,
            "scan": volume.scan,
            "technique": volume.technique,
            "notices": volume.notices,
        },
    }


def empty_image_kwargs() -> LayerArguments:
    """Give the arguments of an image layer that waits for a scan: black, one slice."""
    return {
        "data": np.full(_WAITING, LUNG_LIMITS_HU[0], np.int16),
        "name": "CT",
        "units": UNITS,
        "axis_labels": AXES,
        "colormap": "gray",
        "contrast_limits": LUNG_LIMITS_HU,
    }


def empty_labels_kwargs(name: LayerName) -> LayerArguments:
    """Give the arguments of a labels layer that waits for a scan."""
    return {"data": np.zeros(_WAITING, np.uint8), "name": name, "units": UNITS, "axis_labels": AXES}


def empty_points_kwargs(name: FissureName) -> LayerArguments:
    """Give the arguments of a points layer that waits for the points of a fissure."""
    return {"data": np.zeros((0, 3)), "name": fissure_layer_name(name), "units": UNITS, "axis_labels": AXES}


def swap(layer: Any, data: NDArray[Any], options: Mapping[str, Any]) -> None:
    """Show other data, at their place, in a layer of a viewer; it is drawn anew once, not for every part of the place.

    options: of `image_kwargs` or `labels_kwargs`. What stays as it was is left alone.
    """
    # napari is pinned. Each part of a place would slice and draw, and range the sliders, anew; so do the data, once.
    with layer._block_refresh(), layer.events.scale.blocker(), layer.events.translate.blocker():  # noqa: SLF001
        for name in ("scale", "translate"):
            if not np.array_equal(getattr(layer, name), options[name]):
                setattr(layer, name, options[name])
    layer.metadata = options["metadata"]
    layer.data = data


def labels_kwargs(name: LayerName, labels: Labels, screen: Screen) -> LayerArguments:
    """Give the arguments of a labels layer that shows, and paints in, labels of the scan (a view of them).

    metadata: `geometry`, `screen`, and `names` of the labels. The colours are `label_colours(name)`.
    """
    return {
        "data": screen.shown(labels),
        "name": name,
        **_place(screen),
        "metadata": {"geometry": screen.geometry, "screen": screen, "names": label_names(name)},
    }


def _place(screen: Screen) -> LayerArguments:
    return {"scale": screen.scale_mm, "translate": screen.translate_mm, "units": UNITS, "axis_labels": AXES}


def parts_of(name: LayerName) -> Mapping[int, Lobe | Finding]:
    """Give what each label of a layer means."""
    if name == "lobes":
        return {int(lobe): lobe for lobe in Lobe}
    return {finding.label: finding for finding in findings_of(Component(name)) if finding.label is not None}


def label_names(name: LayerName) -> dict[int, str]:
    """Give the name of each label of a layer, for people."""
    return {label: part.full_name for label, part in parts_of(name).items()}


def label_colours(name: LayerName) -> dict[int | None, tuple[float, float, float, float]]:
    """Give the colour of each label of a layer as red, green, blue, opacity, 0 to 1; nothing else is shown.

    They stay apart for colour-blind eyes (`kazerooni.labels.COLOURS`); None stands for every other label.
    """
    clear = (0.0, 0.0, 0.0, 0.0)
    colours: dict[int | None, tuple[float, float, float, float]] = {None: clear, 0: clear}
    for label, part in parts_of(name).items():
        red, green, blue = COLOURS[part]
        colours[label] = (red / _FULL, green / _FULL, blue / _FULL, 1.0)
    return colours


def lobe_map(shown: Labels, screen: Screen, *, source: str | None = None) -> LobeMap:
    """Make the lobe map of what a layer shows; the array is copied.

    Raises LabelError where it holds labels that are no lobes.
    """
    return LobeMap(screen.shown(shown).copy(), screen.geometry, source=source)


def finding_map(component: Component, shown: Labels, screen: Screen, *, source: str | None = None) -> FindingMap:
    """Make the finding map of what a layer shows; the array is copied.

    Raises LabelError where it holds labels that are no findings of the component.
    """
    return FindingMap(component, screen.shown(shown).copy(), screen.geometry, source=source)


def fissure_kwargs(fissure: Fissure, screen: Screen) -> LayerArguments:
    """Give the arguments of the points layer of a fissure.

    data: float64 (points, 3), layer coordinates in mm (slice axis, row axis, column axis), so of scale 1.
    features: `origin`, `weight` and the place in the patient `x_mm`, `y_mm`, `z_mm`, one value a point.
    """
    places = [screen.to_layer(point.position_mm) for point in fissure.points]
    return {
        "data": np.array(places, np.float64).reshape(-1, 3),
        "name": fissure_layer_name(fissure.name),
        "features": {
            "origin": [point.origin.value for point in fissure.points],
            "weight": [point.weight for point in fissure.points],
            **{f"{axis}_mm": [point.position_mm[at] for point in fissure.points] for at, axis in enumerate("xyz")},
        },
        "units": UNITS,
        "axis_labels": AXES,
        "metadata": {"fissure": fissure.name.value, "state": fissure.state.value},
    }


def fissure_layer_name(name: FissureName) -> str:
    """Give the name of the points layer of a fissure."""
    return name.value.replace("_", " ") + ("" if name is FissureName.LINGULA else " fissure")


def fissure_of(
    name: FissureName,
    data: NDArray[np.float64],
    features: Mapping[str, Any],
    screen: Screen,
    *,
    state: FissureState = FissureState.PRESENT,
) -> Fissure:
    """Make a fissure of its points layer; no surface is laid through it yet.

    A point that still lies where its features say comes back exactly as it was. One that was dragged, or added without
    features of its own, is a point that a person placed.
    """
    # Taken out once: a table of features gives a column slowly, and points are many.
    columns = {key: np.asarray(features[key]) for key in _FEATURES if key in features}
    points = (
        _kept_point(index, place, columns, screen) or _placed_point(place, screen) for index, place in enumerate(data)
    )
    return Fissure(name, state, tuple(points))


def _kept_point(
    index: int, place: NDArray[np.float64], features: Mapping[str, NDArray[Any]], screen: Screen
) -> FissurePoint | None:
    """Give the point that the features tell of, None where the layer shows another place."""
    try:
        x, y, z = (float(features[f"{axis}_mm"][index]) for axis in "xyz")
        origin, weight = (
            PointOrigin(features["origin"][index]),
            float(features["weight"][index]),
        )
    except (KeyError, IndexError, ValueError, TypeError):
        return None
    # A viewer may keep points as float32: what differs by less than a micrometre was not moved.
    if not np.allclose(screen.to_layer((x, y, z)), place, rtol=1e-6, atol=1e-3):
        return None
    return FissurePoint((x, y, z), weight, origin)


def _placed_point(place: NDArray[np.float64], screen: Screen) -> FissurePoint:
    one, two, three = map(float, place)
    return FissurePoint(screen.to_patient((one, two, three)), _PLACED_WEIGHT, PointOrigin.PLACED)
