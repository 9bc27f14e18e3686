"""Session: one reading while it is being made. It knows no viewer and no clock; its rules are those of the core."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError, ReadingError
from kazerooni.model import (
    Case,
    Component,
    FissureSet,
    InputDigest,
    LobeMap,
    Notice,
    PriorShown,
    Reading,
    Score,
    Session,
    Status,
    Volume,
    Window,
    corners_mm,
    is_on_grid,
)
from kazerooni.scoring import Scheme, Trace, coverage_percent, find_scheme, score, stretches, traces
from kazerooni.version import __version__
from napari_kazerooni.canvas import Canvas, Labels
from napari_kazerooni.commands import Commands
from napari_kazerooni.evidence import Evidence, Places
from napari_kazerooni.layers import LayerName
from napari_kazerooni.looking import Looking
from napari_kazerooni.provenance import most_shown
from napari_kazerooni.said import Said
from napari_kazerooni.screen import Box, screen_of
from napari_kazerooni.setting import Setting


class ReadingSession:
    """The state of one reading being made.

    lobes_source: who made the lobes, None for nobody known. lobe_notices: told of them.
    others: told of other readings of the scan (provenance.py).
    confirmed: keys of the questions before signing that were answered with yes.
    screen: how the scan lies on the screen.
    say: the commands that can be undone; canvas: what is painted; looking: what was on the screen.
    signed: the reading once it is signed; nothing changes any more then.
    """

    def __init__(
        self,
        volume: Volume,
        setting: Setting,
        *,
        canvas: Canvas | None = None,
        said: Said | None = None,
        looking: Looking | None = None,
        reader: str | None = None,
        scheme: str = "kazerooni",
    ) -> None:
        self.volume, self.setting, self._reader = volume, setting, reader
        self.screen = screen_of(volume.geometry)
        self.canvas = canvas or Canvas(volume)
        self.looking = looking or Looking()
        self.lobes_source: str | None = None
        self.lobe_notices: tuple[Notice, ...] = ()
        self.others: tuple[Notice, ...] = ()
        self.prior_shown: PriorShown = "none"
        self.confirmed: set[str] = set()
        self.signed: Reading | None = None
        self.say = Commands(self.canvas, said or Said(), find_scheme(scheme))

    @property
    def scheme(self) -> Scheme:
        """The scheme under which the reading is graded."""
        return self.say.scheme

    @property
    def said(self) -> Said:
        """What the reader has said so far."""
        return self.say.said

    @property
    def fissures(self) -> FissureSet | None:
        """The fissures that part the lobes, None where the lobes come from elsewhere."""
        return self.say.fissures

    @property
    def is_open(self) -> bool:
        """Whether it goes on: neither signed, nor being signed."""
        return self.signed is None and not self.say.is_held

    @property
    def content(self) -> int:
        """A number that grows with every change of marks and words: what scores follow from."""
        return self.say.version + self.canvas.version + len(self.confirmed)

    @property
    def version(self) -> int:
        """A number that grows with every change, of marks and words and of what was seen too."""
        return self.content + len(self.looking.seen) + len(self.looking.windows)

    @property
    def reader(self) -> str | None:
        """The name or sign of the reader."""
        return self._reader

    @reader.setter
    def reader(self, name: str | None) -> None:
        self.say.refuse_change()
        self._reader = name
        self.say.touch()

    # --- marks --------------------------------------------------------------------------------------------------------

    def apply_box(self, layer: LayerName, index: int, box: Box, before: Labels, after: Labels | None = None) -> None:
        """Count a stroke, told as it lies in the scan; see `Canvas.apply_box`.

        Raises ReadingError where the reading is signed, LabelError as there.
        """
        self.say.refuse_change()
        self.canvas.apply_box(layer, index, box, before, after)

    def apply_stroke(self, layer: LayerName, index: int, box: Box, before: Labels) -> None:
        """Count a stroke, told as it lies on the screen: it is painted already, in the view of the layer.

        index, box: as shown. before: what was in the box, (row, column) as shown.

        Raises as `apply_box` does.
        """
        screen = self.screen
        self.apply_box(layer, screen.slice_index(index), screen.box(box), screen.plane(before))

    def set_lobes(self, lobes: LobeMap, fissures: FissureSet | None = None) -> None:
        """Take lobes that were found or read, and the fissures that part them.

        Raises LabelError where they are of another scan.
        """
        self.say.refuse_change()
        own, wanted = lobes.geometry, self.volume.geometry
        if own is not wanted and (own.shape != wanted.shape or not is_on_grid(corners_mm(own), wanted)):
            raise LabelError(f"these lobes lie on another grid than the scan of {wanted.shape}: of another series")
        self.canvas.replace("lobes", lobes.labels)
        self.lobes_source, self.lobe_notices = lobes.source, lobes.notices
        self.say.begin_lobes(fissures)

    # --- how it is read -----------------------------------------------------------------------------------------------

    def choose_scheme(self, name: str) -> None:
        """Grade under another scheme from now on.

        Raises SchemeError for an unknown one, ReadingError where the reading cannot be graded under it; the scheme
        then stays.
        """
        self.say.refuse_change()
        chosen = find_scheme(name)
        score(self.reading(), chosen)
        self.say.scheme = chosen
        self.say.touch()

    def show_prior(self, shown: PriorShown) -> None:
        """Note that an earlier visit is shown: its scan, or its score; the most that was shown is recorded.

        Raises ReadingError where the reading is blinded: priors stay hidden until it is signed.
        """
        if shown != "none" and self.setting.blinded and self.signed is None:
            raise ReadingError("this reading is blinded: earlier visits and their scores are hidden until it is signed")
        if self.signed is None and most_shown(self.prior_shown, shown) != self.prior_shown:
            self.say.refuse_change()
            self.prior_shown = shown
            self.say.touch()

    def note_others(self, told: tuple[Notice, ...]) -> None:
        """Note that other readings of the scan, with their scores, were shown before this one, blinded or not."""
        if told:
            self.others = tuple(dict.fromkeys((*self.others, *told)))
            self.prior_shown = most_shown(self.prior_shown, "score")

    def confirm(self, key: str) -> None:
        """Answer a question before signing with yes."""
        self.say.refuse_change()
        self.confirmed.add(key)

    def look(self, index: int, window: Window, at_s: float) -> bool:
        """Tell that an axial slice is on the screen from now on; gives whether a slice was newly seen.

        index: as shown. at_s: seconds of a clock that never goes back. `looking.hide` and `looking.tick` tell the rest.
        """
        return self.looking.show(self.screen.slice_index(index), window, at_s)

    @property
    def lung_slices(self) -> NDArray[np.bool_]:
        """Which slices show lung, by the lobe map; all of them while there is none. bool (slices,)."""
        held = np.asarray(self.canvas.counts[:, 1:].any(axis=(1, 2, 3)), np.bool_)
        return held if held.any() else np.ones_like(held)

    @property
    def coverage(self) -> float:
        """How much of the lung was on the screen at lung window, in percent, counted per 5 mm."""
        positions = self.volume.geometry.slice_positions_mm
        return coverage_percent(positions, self.lung_slices, self.looking.seen) or 0.0

    @property
    def seen_bar(self) -> NDArray[np.int8]:
        """The bar over the slider, by slice as shown: -1 no lung, 0 not seen, 1 of a stretch that was seen."""
        number = stretches(self.volume.geometry.slice_positions_mm, self.lung_slices)
        met = np.isin(number, [number[index] for index in self.looking.seen if number[index] >= 0])
        bar = np.where(number < 0, -1, met.astype(np.int8)).astype(np.int8)
        return bar[::-1] if self.screen.turned[0] else bar

    # --- what comes of it ---------------------------------------------------------------------------------------------

    @property
    def places(self) -> Places:
        """What is painted and said of the components of lobes, as it stands now."""
        return self.say.places

    def reading(
        self,
        status: Status = Status.DRAFT,
        *,
        ended: datetime | None = None,
        inputs: tuple[InputDigest, ...] = (),
        said: Said | None = None,
    ) -> Reading:
        """Make the reading as it stands. A signed one is counted anew from the maps.

        said: what to take as said, instead of what is.
        """
        places = self.places if said is None else Places(self.canvas.sums(), said)
        evidence: Evidence = places.evidence()
        count = self.canvas.full_tally if status is Status.SIGNED else self.canvas.tally
        return Reading(
            id=self.setting.reading_id,
            scan=self.volume.scan,
            technique=self.volume.technique,
            reader=self.reader,
            tally=count(evidence.measured) if places.has_labels else None,
            entries=evidence.entries,
            traction=places.said.traction,
            unread=evidence.unread,
            pattern=places.said.pattern,
            fissures=self.fissures,
            inputs=inputs,
            session=self.session_value(ended),
            remarks=places.said.remarks,
            status=status,
            supersedes=self.setting.supersedes,
            notices=(*self.volume.notices, *self.lobe_notices, *self.others),
        )

    def session_value(self, ended: datetime | None = None) -> Session:
        """Give how the scan was read so far."""
        return Session(
            started=self.setting.started,
            ended=ended,
            program_version=__version__,
            windows=tuple(self.looking.windows),
            prior_shown=self.prior_shown,
            order=self.setting.order,
            slices_seen=tuple(sorted(self.looking.seen)),
            coverage_percent=self.coverage,
        )

    def score(self, *, partial: bool = False) -> Score:
        """Grade the reading as it stands under the chosen scheme.

        Raises ReadingError where it cannot be graded under it.
        """
        return score(self.reading(), self.scheme, partial=partial)

    def case(self, *, partial: bool = True) -> Case:
        """Give the reading with its score, scan and maps as they stand, for reports, tables and pictures.

        Raises ReadingError where it cannot be graded under the scheme.
        """
        reading = self.signed or self.reading()
        measured = frozenset() if reading.tally is None else reading.tally.measured
        maps = {component: self.canvas.finding_map(component, self.reader) for component in measured}
        return Case(
            reading=reading,
            score=score(reading, self.scheme, partial=partial),
            volume=self.volume,
            lobes=None if reading.tally is None else self.canvas.lobe_map(self.lobes_source),
            alveolar=maps.get(Component.ALVEOLAR),
            interstitial=maps.get(Component.INTERSTITIAL),
        )

    def open_traces(self, reading: Reading | None = None) -> tuple[Trace, ...]:
        """List the traces of which nobody said yet whether they count or went astray."""
        found = traces(reading or self.reading(), self.scheme)
        return tuple(one for one in found if self.said.counted.get((one.lobe, one.finding)) != one.voxels)
