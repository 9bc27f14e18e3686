"""Room: one viewer with one scan in it: the picture, its window, its planes, and the words in its corners.

Works on the model of a viewer alone, without Qt.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from napari.layers import Image
from napari.utils.events import EmitterGroup, Event

from kazerooni.dicom import Series
from kazerooni.model import Notice, Volume, Window
from napari_kazerooni import corner, keys
from napari_kazerooni.captions import CORNERS, Captions
from napari_kazerooni.corner import Plane
from napari_kazerooni.later import Step
from napari_kazerooni.layers import AXES, empty_image_kwargs, image_kwargs, swap
from napari_kazerooni.screen import Screen, screen_of
from napari_kazerooni.windowing import BONE, LUNG, MEDIASTINUM, RANGE_HU, dragged, limits, window_of

ORDERS: Final[dict[Plane, tuple[int, int, int]]] = {
    "axial": (0, 1, 2),
    "coronal": (1, 0, 2),
    "sagittal": (2, 0, 1),
}
SAMPLE: Final = "kazerooni sample"
WELCOME: Final = (
    "Drop a folder, a DICOMDIR or a zip\nwith a CT here.\n\nOr File > Open Folder.\n"
    "Or File > Open Sample > Kazerooni score:\nthree visits to try.\n\nF1 lists the keys."
)
_ZOOM_STEP: Final = 1.15
_TOLD: Final = ("warning", "error")


class Room:
    """A viewer that shows a scan as a radiologist expects it. One for each viewer: see `room_of`.

    volume: the scan that is shown, None before one is; `is_whole` is False while only one slice of it is read.
    screen: how the scan lies on the screen. series: that the scan was read from, None where nobody told.
    unseen: the notices of the scan that nobody has acknowledged.
    found: the series that were found last. identity_hidden: whether dates and names stay out of sight.
    guests: what lives as long as the room, by name. lay_axes: takes steps after a first one, while the picture
    stays as it is. hold_picture: lets it stay so for this turn.

    Events: `shown` (a scan is shown), `unseen` (acknowledged, or others), `help` (the help was asked for), `told`
    (`event.message` is for the reader), `found` (other series), `identity` (hidden, or not any more).
    """

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer
        self.volume: Volume | None = None
        self.screen: Screen | None = None
        self.series: Series | None = None
        self.layer: Image | None = None
        self.is_whole = False
        self._size: object = None
        self._fitted: object = None
        self.unseen: tuple[Notice, ...] = ()
        self.own_window: Window | None = None
        self.found: tuple[Series, ...] = ()
        self.identity_hidden = False
        self.guests: dict[str, object] = {}
        self.hold_picture: Step = _nothing
        self.lay_axes: Callable[[tuple[int, int, int], Step, Iterable[Step]], None] = _at_once
        self.events = EmitterGroup(
            source=self, shown=Event, unseen=Event, help=Event, told=Event, found=Event, identity=Event
        )
        self.captions = Captions()
        viewer.mouse_drag_callbacks.append(self._drag_window)
        viewer.mouse_wheel_callbacks.append(self._turn_wheel)
        viewer.dims.events.point.connect(self._tell_slice)
        viewer.cursor.events.position.connect(self._tell_cursor)
        keys.bind(viewer, self.actions())

    def actions(self) -> dict[str, keys.Action]:
        """Give what can be done by a key, by name (keys.py)."""
        return {
            "help": self._ask_for_help,
            "slice_up": lambda: self.step(1),
            "slice_down": lambda: self.step(-1),
            "slice_first": lambda: self.go_to(0),
            "slice_last": lambda: self.go_to(-1),
            "window_lung": lambda: self.set_window(LUNG),
            "window_mediastinum": lambda: self.set_window(MEDIASTINUM),
            "window_bone": lambda: self.set_window(BONE),
            "window_own": lambda: self.set_window(self.own_window or LUNG),
            "plane_axial": lambda: self.show_plane("axial"),
            "plane_coronal": lambda: self.show_plane("coronal"),
            "plane_sagittal": lambda: self.show_plane("sagittal"),
        }

    def _ask_for_help(self) -> None:
        self.events.help()

    # --- The scan ---

    def take_found(self, found: Iterable[Series]) -> None:
        """Take the series that were found: where other visits of the patient may be among."""
        self.found = tuple(found)
        self.events.found()

    def hide_identity(self, *, hidden: bool) -> None:
        """Keep dates and names out of sight, as in a blinded study, or show them again."""
        if hidden != self.identity_hidden:
            self.identity_hidden = hidden
            if self.volume is not None:
                self.captions["scan"] = self._scan_text(self.volume)
            self.events.identity()

    def _scan_text(self, volume: Volume) -> str:
        return corner.scan_text(volume, with_date=not self.identity_hidden)

    def prepare(self) -> None:
        """Make the layer that scans will be shown in, black, before there is one."""
        if self.layer is None and not self.viewer.layers:
            self._take_layer(self.viewer.add_layer(Image(**empty_image_kwargs())))

    def welcome(self) -> None:
        """Say in an empty picture how a scan comes into it: napari's own welcome goes with the first layer."""
        if self.volume is None and not self.captions["scan"]:
            self.captions["scan"] = WELCOME

    def empty(self) -> None:
        """Show nothing any more, and let go of the scan; its layer stays for the next one."""
        self.volume = self.screen = self.series = None
        self.is_whole, self.unseen = False, ()
        for name in CORNERS:
            self.captions[name] = ""
        if self.layer is not None:
            waiting = empty_image_kwargs()
            swap(self.layer, waiting["data"], {"scale": (1, 1, 1), "translate": (0, 0, 0), "metadata": {}})

    def preview(self, volume: Volume) -> None:
        """Show one slice of a scan while the others are read, or all of it before `show` begins its reading."""
        self._show(volume, is_whole=False)
        self.captions["scan"] = f"{self._scan_text(volume)}\nreading the other slices"

    def show(self, volume: Volume, *, index: int | None = None, series: Series | None = None) -> None:
        """Show a scan, at a slice (default: the middle one); its notices are in sight until they are acknowledged."""
        self._show(volume, is_whole=True)
        self.series = series
        self.captions["scan"] = self._scan_text(volume)
        self.unseen = tuple(notice for notice in volume.notices if notice.severity in _TOLD)
        self.go_to(middle_of(volume) if index is None else index)
        self._tell_unseen()
        self.events.shown()

    def _show(self, volume: Volume, *, is_whole: bool) -> None:
        """Put a volume into the image layer; the layer is kept, as napari takes a third of a second to add one."""
        options = image_kwargs(volume)
        data = options.pop("data")
        if self.layer is None or self.layer not in self.viewer.layers:
            self._take_layer(self._adopted() or self.viewer.add_layer(Image(data, **options)))
        elif (sample := self._adopted()) not in (None, self.layer):
            self.viewer.layers.remove(sample)
        assert self.layer is not None
        if self.volume is not volume or self.layer.metadata.get("geometry") is not volume.geometry:
            self.hold_picture()
            swap(self.layer, data, options)
        self.volume, self.screen, self.is_whole = volume, screen_of(volume.geometry), is_whole
        if not volume.is_hu_proven:
            self.layer.contrast_limits = options["contrast_limits"]
        self.viewer.layers.selection.active = self.layer
        self.show_plane("axial")
        self._fit_view(volume)
        self._tell_slice()

    def _take_layer(self, layer: Image) -> None:
        """Show scans in a layer from now on, beneath all others."""
        self.layer = layer
        layer.contrast_limits_range = RANGE_HU
        layer.events.contrast_limits.connect(self._tell_slice)
        self.viewer.layers.move(self.viewer.layers.index(layer), 0)

    def _adopted(self) -> Image | None:
        """Give the image layer that a sample brought: napari wants samples to bring one."""
        return next((layer for layer in self.viewer.layers if SAMPLE in layer.metadata), None)

    def _fit_view(self, volume: Volume) -> None:
        """Show all of a picture that is of another size than the one before; else zoom and place stay."""
        size = (volume.geometry.shape[1:], volume.geometry.pixel_spacing_mm)
        if size != self._size:
            self._size = size
            self._fit()

    def _fit(self) -> None:
        self.viewer.reset_view()
        self._fitted = self._sight()

    def _sight(self) -> object:
        camera = self.viewer.scene.camera
        return camera.zoom, tuple(camera.center)

    def refit(self) -> None:
        """Show all of the picture in a canvas of another size, unless somebody has zoomed or shifted it since."""
        if self.volume is not None and self._fitted == self._sight():
            self._fit()

    def acknowledge(self) -> None:
        """Take the notices out of sight: somebody has read them."""
        self.unseen = ()
        self._tell_unseen()

    def _tell_unseen(self) -> None:
        self.captions["notices"] = corner.notices_text(self.unseen)
        self.events.unseen()

    # --- Slices and planes ---

    @property
    def index(self) -> int:
        """The index of the axial slice that is shown, or that was shown last."""
        if self.volume is None or self.layer is None:
            return 0
        at = self._in_array(self.viewer.dims.point)[0]
        return min(max(round(at), 0), self.volume.geometry.shape[0] - 1)

    def go_to(self, index: int) -> None:
        """Show an axial slice by its index; negative ones count from the end."""
        if self.layer is None:
            return
        count = self.layer.data.shape[0]
        place = np.zeros(3)
        place[0] = index % count
        self.viewer.dims.set_point(0, float(self.layer.data_to_world(place)[0]))

    def step(self, by: int) -> None:
        """Show the next plane but so many, along the axis that is not displayed."""
        dims = self.viewer.dims
        if self.layer is None or dims.ndisplay != 2 or not dims.not_displayed:
            return
        axis = dims.not_displayed[0]
        dims.set_current_step(axis, dims.current_step[axis] + by)

    @property
    def plane(self) -> Plane | None:
        """The plane that is shown, None where it is none of the three."""
        if self.viewer.dims.ndisplay != 2:
            return None
        order = tuple(self.viewer.dims.order)
        return next((plane for plane, axes in ORDERS.items() if axes == order), None)

    def show_plane(self, plane: Plane) -> None:
        """Show axial, coronal or sagittal planes; the latter two only of a scan without gaps, the head up."""
        if plane != "axial" and (self.volume is None or not self.volume.geometry.is_covering):
            self.events.told(message=f"This scan has gaps between its slices, so there is no {plane} plane of it.")
            return
        if self.plane == plane:
            return
        self.viewer.dims.ndisplay = 2
        self.viewer.scene.camera.orientation2d = ("down" if plane == "axial" else "up", "right")
        self._set_order(ORDERS[plane])
        self._fit()
        self._tell_slice()

    def _set_order(self, order: tuple[int, int, int]) -> None:
        """Lay the axes otherwise; the layers are sliced one by one (`lay_axes`), not by napari in one piece.

        All layers know the plane at once, as tools ask them for it.
        """
        dims, update = self.viewer.dims, self.viewer._update_layers  # noqa: SLF001 - napari is pinned

        def lay() -> None:
            with dims.events.order.blocker(update), dims.events.order.blocker(self.viewer.fit_to_view):
                dims.order = order
            for layer in self.viewer.layers:
                state = layer._slicing_state  # noqa: SLF001
                state._slice_input = state.make_slice_input(dims)  # noqa: SLF001

        self.lay_axes(order, lay, [layer.refresh for layer in self.viewer.layers if layer.visible])

    def _in_array(self, world: Sequence[float]) -> tuple[float, ...]:
        """Give where a place of the viewer lies in the array that is shown: a shift and a scale, as `Screen` has them.

        A layer of napari, which could tell too, composes all its transforms anew for it: half a millisecond.
        """
        assert self.screen is not None
        last = (0.0, 0.0, 0.0, *world)[-len(AXES) :]  # before there is a scan, the cursor of napari has two axes
        parts = zip(last, self.screen.translate_mm, self.screen.scale_mm, strict=True)
        return tuple((at - shift) / scale for at, shift, scale in parts)

    def _in_scan(self, shown: Sequence[float] | None = None) -> tuple[float, ...]:
        """Give a place of the array that is shown as one of the scan; default: the first pixel of the slice."""
        if self.screen is None:
            return (0.0, 0.0, 0.0)
        place = (self.index, 0, 0) if shown is None else shown
        sides = zip(place, self.screen.geometry.shape, self.screen.turned, strict=True)
        return tuple(size - 1 - at if turned else at for at, size, turned in sides)

    # --- The window ---

    @property
    def window(self) -> Window:
        """The window of the display."""
        return LUNG if self.layer is None else window_of(*self.layer.contrast_limits)

    def set_window(self, window: Window) -> None:
        """Show the scan in a window."""
        if self.layer is not None:
            self.layer.contrast_limits = limits(window)

    def _drag_window(self, _: Any, event: Any) -> Iterator[None]:
        """Follow a drag of the right button; the camera, which would zoom by it, is not told of it."""
        if event.button != 2 or self.layer is None:
            return
        start, begin = self.window, np.array(event.pos, float)
        event.handled = True
        yield
        while event.type == "mouse_move":
            right, down = np.array(event.pos, float) - begin
            self.own_window = dragged(start, right, down)
            self.set_window(self.own_window)
            event.handled = True
            yield

    def _turn_wheel(self, _: Any, event: Any) -> None:
        """Turn pages with the wheel as at a workstation; with Shift, zoom."""
        turned = float(np.sum(event.delta))
        if self.layer is None or not turned:
            return
        if not event.modifiers:
            self.step(int(np.sign(turned)))
            event.handled = True
        elif "Shift" in event.modifiers:
            self.viewer.scene.camera.zoom *= _ZOOM_STEP ** np.sign(turned)
            event.handled = True

    # --- The words in the corners ---

    def _tell_slice(self) -> None:
        if self.volume is None or self.layer is None:
            return
        plane = self.plane
        if plane is None:
            self.captions["slice"] = ""
        elif plane == "axial":
            self.captions["slice"] = corner.slice_text(
                self.volume, self._in_scan()[0], self.window, number=self.index + 1
            )
        else:
            place = self._in_array(self.viewer.dims.point)  # numbered as shown
            self.captions["slice"] = corner.plane_text(self.volume, plane, place, self.window)

    def _tell_cursor(self) -> None:
        if self.volume is not None and self.layer is not None and self.viewer.dims.ndisplay == 2:
            place = self._in_array(self.viewer.cursor.position)
            self.captions["cursor"] = corner.cursor_text(self.volume, self._in_scan(place))


def _nothing() -> None:
    """Hold no picture: nobody looks."""


def _at_once(_: tuple[int, int, int], lay: Step, steps: Iterable[Step]) -> None:
    for step in (lay, *steps):
        step()


def middle_of(volume: Volume) -> int:
    """Give the index, as shown, of the slice that a scan is first shown at."""
    return volume.geometry.shape[0] // 2


_rooms: Final[weakref.WeakKeyDictionary[Any, weakref.ref[Room]]] = weakref.WeakKeyDictionary()


def room_of(viewer: Any) -> Room:
    """Give the room of a viewer, made when it is first asked for; it lives as long as the viewer."""
    viewer = getattr(viewer, "__wrapped__", viewer)  # napari hands plugins a proxy, whose layers are proxies too
    known = _rooms.get(viewer)
    room = None if known is None else known()
    if room is None:
        room = Room(viewer)
        _rooms[viewer] = weakref.ref(room)
    return room
