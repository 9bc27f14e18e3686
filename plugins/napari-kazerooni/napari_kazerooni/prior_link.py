"""Prior link: two rooms whose slices, windows and zoom follow each other. Works on their models, without Qt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from napari.utils.events import EmitterGroup, Event

from kazerooni.model import Volume
from napari_kazerooni.priors import Link
from napari_kazerooni.room import Room

OUT_OF_REACH: Final = "the other visit does not reach to this height"


class LinkedRooms:
    """The room of the current visit and that of another one: the same height of the chest, one window and one zoom.

    is_on: whether slices, zoom and shift in the plane follow; slices only where the two are linked at all. The window
    follows always. As many pixels go to a mm in both pictures; a shift is followed by as many mm.

    Events: `link` (another link, switched on or off).
    """

    def __init__(self, current: Room, other: Room) -> None:
        self.current, self.other = current, other
        self.link: Link | None = None
        self.is_on = True
        self._busy = False
        self._watched: list[Any] = []
        self.events = EmitterGroup(source=self, link=Event)
        current.viewer.dims.events.point.connect(self._follow_slice)
        other.viewer.dims.events.point.connect(self._lead_slice)
        current.events.shown.connect(self._watch_window)
        self._centres = {id(room): _centre(room) for room in (current, other)}
        for room, follow in ((current, self._follow_zoom), (other, self._lead_zoom)):
            for emitter in (room.viewer.scene.camera.events.zoom, room.viewer.scene.camera.events.center):
                emitter.connect(follow)

    def show(self, volume: Volume, link: Link, *, is_earlier: bool) -> None:
        """Show another visit beside the current one, at its height."""
        self.link = link
        with self._alone():
            self.other.show(volume)
        self.other.acknowledge()
        words = "EARLIER VISIT" if is_earlier else "LATER VISIT"
        self.other.captions["scan"] = f"{words}  {self.other.captions['scan']}"
        self._watch_window()
        self._note_centres()
        self.switch(on=self.is_on)

    def switch(self, *, on: bool) -> None:
        """Let slices follow each other, or not."""
        self.is_on = on
        self._follow_slice()
        self._follow_window()
        self.events.link()

    def end(self) -> None:
        """Follow each other no more."""
        self.link = None
        self.current.viewer.dims.events.point.disconnect(self._follow_slice)
        self.other.viewer.dims.events.point.disconnect(self._lead_slice)
        self.current.events.shown.disconnect(self._watch_window)
        for room, follow in ((self.current, self._follow_zoom), (self.other, self._lead_zoom)):
            for emitter in (room.viewer.scene.camera.events.zoom, room.viewer.scene.camera.events.center):
                emitter.disconnect(follow)
        for layer, follow in self._watched:
            layer.events.contrast_limits.disconnect(follow)
        self._watched = []

    @property
    def words(self) -> str:
        """Say whether the slices follow each other, and why not."""
        if self.link is None:
            return ""
        if self.link.is_linked and not self.is_on:
            return "Not linked: switched off. Scroll and zoom each on its own."
        zoom = "zoom and shift go together" if self.is_on else "zoom each on its own"
        ends = f" {zoom[:1].upper()}{zoom[1:]}." if self.link.is_linked else f" Scroll each on its own; {zoom}."
        return f"{self.link.why[:1].upper()}{self.link.why[1:]}.{ends}"

    @property
    def is_linked(self) -> bool:
        """Whether scrolling one scrolls the other now."""
        return self.is_on and self.link is not None and self.link.is_linked

    def _follow_slice(self) -> None:
        """Show the slice of the other visit that lies at the height of the current one."""
        self._move(self.current, self.other, lead=False)

    def _lead_slice(self) -> None:
        """Show the slice of the current visit that lies at the height of the other one."""
        self._move(self.other, self.current, lead=True)

    def _move(self, mover: Room, moved: Room, *, lead: bool) -> None:
        if self._busy or not self.is_linked or mover.plane != "axial" or mover.volume is None:
            return
        assert self.link is not None
        at = scan_index(mover)
        if not lead and at >= self.link.current_mm.size:
            return  # one slice is shown while the others are read
        target = self.link.current_slice(at) if lead else self.link.prior_slice(at)
        self.other.captions["notices"] = OUT_OF_REACH if target is None else ""
        if target is not None and target != scan_index(moved):
            with self._alone():
                moved.go_to(shown_index(moved, target))

    def fit(self) -> None:
        """Show both pictures whole, with as many pixels to a mm."""
        rooms = (self.current, self.other)
        with self._alone():
            for room in rooms:
                room.viewer.reset_view()
            zoom = min(room.viewer.scene.camera.zoom for room in rooms)
            for room in rooms:
                room.viewer.scene.camera.zoom = zoom
        self._note_centres()

    def _note_centres(self) -> None:
        self._centres = {id(room): _centre(room) for room in (self.current, self.other)}

    def _follow_zoom(self) -> None:
        self._share_zoom(self.current, self.other)

    def _lead_zoom(self) -> None:
        self._share_zoom(self.other, self.current)

    def _share_zoom(self, mover: Room, moved: Room) -> None:
        """Zoom the other picture as this one, and shift it by as many mm, where both show the same plane."""
        if self._busy:
            return
        if self.is_on and self.link is not None and mover.plane == moved.plane:
            shift = [now - was for now, was in zip(_centre(mover), self._centres[id(mover)], strict=True)]
            with self._alone():
                moved.viewer.scene.camera.zoom = mover.viewer.scene.camera.zoom
                depth, *there = moved.viewer.scene.camera.center
                moved.viewer.scene.camera.center = (depth, *(at + by for at, by in zip(there, shift, strict=True)))
        self._note_centres()

    def _watch_window(self) -> None:
        """Follow the window of both pictures; a room may get another layer for its scan."""
        for room, follow in ((self.current, self._follow_window), (self.other, self._lead_window)):
            if room.layer is not None and all(layer is not room.layer for layer, _ in self._watched):
                room.layer.events.contrast_limits.connect(follow)
                self._watched.append((room.layer, follow))

    def _follow_window(self) -> None:
        self._share_window(self.current, self.other)

    def _lead_window(self) -> None:
        self._share_window(self.other, self.current)

    def _share_window(self, mover: Room, moved: Room) -> None:
        if not self._busy and self.link is not None and mover.window != moved.window:
            with self._alone():
                moved.set_window(mover.window)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Move one room without the other answering."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False


def _centre(room: Room) -> tuple[float, float]:
    """Give the middle of a picture, in mm down and across."""
    _, down, across = room.viewer.scene.camera.center
    return down, across


def scan_index(room: Room) -> int:
    """Give the index, in the order of the scan, of the axial slice that a room shows."""
    return shown_index(room, room.index)


def shown_index(room: Room, index: int) -> int:
    """Give the index as shown of a slice of the scan, or the other way round: a room may show a scan turned."""
    return index if room.screen is None else room.screen.slice_index(index)
