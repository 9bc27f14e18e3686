"""Technique: how a series was made, as its header says it: role of a picture, kernel class, acquisition, words.

Everything here is a table or a pattern over header text; the tables are meant to be extended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import Final

from kazerooni.dicom.attributes import Attributes
from kazerooni.model.scan import Acquisition, KernelClass

CT_IMAGE: Final = "1.2.840.10008.5.1.4.1.1.2"
CT_CLASSES: Final = frozenset(
    {CT_IMAGE, f"{CT_IMAGE}.1", f"{CT_IMAGE}.2"}
)  # single, enhanced, legacy-converted enhanced
SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"


def is_ct(attributes: Attributes) -> bool:
    """Tell whether the pictures are CT: by Modality, or by SOP class where Modality is missing."""
    return attributes.modality == "CT" or (not attributes.modality and attributes.sop_class in CT_CLASSES)


class Role(Enum):
    """What a picture is for: only `PICTURE` and `REFORMATTED` can be scored."""

    PICTURE = "original picture"
    REFORMATTED = "reformatted picture"
    LOCALIZER = "localizer"
    PROJECTION = "projection"
    SECONDARY = "secondary capture"


_LOCALIZER_WORDS: Final = frozenset({"LOCALIZER", "SCOUT", "TOPOGRAM", "SURVIEW", "SCANOGRAM"})
_LOCALIZER_OPTIONS: Final = re.compile(r"SCOUT|SURVIEW|TOPO|SCANO(GRAM|SCOPE)?")
_LOCALIZER_TEXT: Final = re.compile(r"\b(scout|topogramm?e?|surview|scanogramm?|locali[sz]er)\b", re.IGNORECASE)
_PROJECTION_WORDS: Final = frozenset(
    {
        "MIP",
        "MINIP",
        "MAX_IP",
        "MIN_IP",
        "MAXIP",
        "PROJECTION IMAGE",
        "AVERAGE",
        "AVG",
        "AVE",
        "MEAN",
        "VOLREN",
        "VOLUME_RENDER",
    }
    | {"PERFUSION", "VRT", "RAYSUM", "SSD", "MAXIMUM", "MINIMUM", "THICK_MIP", "THICK_MINIP"}
)
_REFORMATTED_WORDS: Final = frozenset({"MPR", "REFORMATTED", "RESAMPLED", "MPR_THICK", "CURVED", "CPR"})
_CAPTURE_WORDS: Final = frozenset(
    {"SCREEN SAVE", "SCREEN_SAVE", "SCREENSAVE", "DOSE_INFO", "DOSE", "PROTOCOL", "REPORT"}
)


_GREY: Final = frozenset({"MONOCHROME2", "MONOCHROME1", ""})


def role_of(attributes: Attributes) -> Role:
    """Tell what the pictures with these attributes are for, from ImageType, SOP class and acquisition type."""
    kinds = frozenset(attributes.image_type)
    if (
        f"{attributes.sop_class}.".startswith(f"{SECONDARY_CAPTURE}.")
        or kinds & _CAPTURE_WORDS
        or attributes.samples > 1
    ):
        return Role.SECONDARY
    if (
        kinds & _LOCALIZER_WORDS
        or attributes.acquisition_type == "CONSTANT_ANGLE"
        or any(_LOCALIZER_OPTIONS.search(option) for option in attributes.scan_options)
    ):
        return Role.LOCALIZER
    if attributes.photometric not in _GREY:
        return Role.SECONDARY
    if kinds & _PROJECTION_WORDS:
        return Role.PROJECTION
    if attributes.conversion_type and "CT" not in attributes.modality:
        return Role.SECONDARY
    return Role.REFORMATTED if kinds & _REFORMATTED_WORDS else Role.PICTURE


def sounds_like_localizer(attributes: Attributes) -> bool:
    """Tell whether the description names a localizer."""
    return bool(_LOCALIZER_TEXT.search(attributes.description))


# Vendor text of a reconstruction kernel -> class. `number` is compared with the least number of a sharp kernel of the
# family.
_NUMBERED_KERNELS: Final[tuple[tuple[re.Pattern[str], int], ...]] = (
    (re.compile(r"^[BIJ](?P<number>\d{2})[FSHM]?$"), 60),  # Siemens B, I, J: B60f and above
    (re.compile(r"^(?:BR|BL)(?P<number>\d{2})[A-Z]?$"), 54),  # Siemens Br, Bl: 54 and above
)
_NAMED_KERNELS: Final[tuple[tuple[re.Pattern[str], re.Pattern[str], KernelClass], ...]] = (
    (re.compile(r"^GE"), re.compile(r"^(LUNG|BONE|BONEPLUS|CHST|EDGE)$"), "sharp"),
    (re.compile(r"^GE"), re.compile(r"^(STANDARD|STND|SOFT|DETAIL)$"), "soft"),
    (re.compile(r"^(?!.*PHILIPS)"), re.compile(r"^(LUNG|BONE|BONEPLUS|CHST)$"), "sharp"),  # GE's words, maker blanked
    (re.compile(r"PHILIPS|MARCONI|PICKER"), re.compile(r"^(L|Y[A-D]|C)$"), "sharp"),
    (re.compile(r"PHILIPS|MARCONI|PICKER"), re.compile(r"^(A|B|SA|SB)$"), "soft"),
    (re.compile(r""), re.compile(r"^(FC5[0-6]|FC8[1-6])$"), "sharp"),  # Canon, Toshiba
    (re.compile(r""), re.compile(r"^FC(0[0-9]|1[0-9])$"), "soft"),
)


def kernel_class(kernel: str, manufacturer: str) -> KernelClass:
    """Class a reconstruction kernel as sharp or soft; a name that no pattern knows is unknown, not soft."""
    name = kernel.partition("\\")[0].strip().upper()
    for pattern, least_sharp in _NUMBERED_KERNELS:
        if match := pattern.match(name):
            return "sharp" if int(match["number"]) >= least_sharp else "soft"
    for maker, pattern, found in _NAMED_KERNELS:
        if maker.search(manufacturer.upper()) and pattern.match(name):
            return found
    return "unknown"


_SPIRAL_TEXT: Final = re.compile(r"(?<!NON)(?<!NON[-_ ])(HELI(CAL|X)|SPIRAL|\bSPI\b)")
_SEQUENTIAL_TEXT: Final = re.compile(r"NON[-_ ]?HELI|\bAXIAL( MODE)?\b|\bSEQ|STEP|NORMAL_CT")


def acquisition_evidence(attributes: Iterable[Attributes]) -> list[tuple[str, Acquisition]]:
    """List what the tags say of how the scanner moved, each as (what the tag says, what it means)."""
    found: dict[tuple[str, Acquisition], None] = {}
    for a in attributes:
        found |= dict.fromkeys(_evidence(a))
    return list(found)


def _evidence(a: Attributes) -> list[tuple[str, Acquisition]]:
    found: list[tuple[str, Acquisition]] = []
    if a.acquisition_type in ("SPIRAL", "SEQUENCED"):
        found.append(
            (f"AcquisitionType {a.acquisition_type}", "spiral" if a.acquisition_type == "SPIRAL" else "sequential")
        )
    if a.pitch is not None and a.pitch > 0:
        found.append((f"SpiralPitchFactor {a.pitch:g}", "spiral"))
    said = [(f"ScanOptions {option}", _meaning(option)) for option in a.scan_options]
    said += [(f"ImageType {word}", _meaning(word)) for word in a.image_type[3:4]]
    found += [(says, means) for says, means in said if means is not None]
    if a.table_feed is not None and not found:
        found.append((f"TableFeedPerRotation {a.table_feed:g} mm", "spiral" if a.table_feed > 0 else "sequential"))
    return found


def _meaning(words: str) -> Acquisition | None:
    if _SPIRAL_TEXT.search(words):
        return "spiral"
    return "sequential" if _SEQUENTIAL_TEXT.search(words) else None


_PRONE_TEXT: Final = re.compile(r"\b(prone|bauchlage|procubitus|prono|prona)\b", re.IGNORECASE)
_SUPINE_TEXT: Final = re.compile(r"\b(supine|r.ckenlage|decubitus dorsal|supino|supina)\b", re.IGNORECASE)
_EXPIRATORY_TEXT: Final = re.compile(
    r"\b(exp|expir?|expirat\w*|exs?piration\w*|exspir\w*|espira\w*|espir)\b", re.IGNORECASE
)
_INSPIRATORY_TEXT: Final = re.compile(r"\b(ins|insp|inspir\w*|einatmung)\b", re.IGNORECASE)


def is_prone(attributes: Attributes) -> bool:
    """Tell whether PatientPosition or the descriptions say that the patient lay prone."""
    return attributes.patient_position in {"HFP", "FFP"} or _says(attributes, _PRONE_TEXT, _SUPINE_TEXT)


def is_expiratory(attributes: Attributes) -> bool:
    """Tell whether the descriptions name an expiratory scan."""
    return _says(attributes, _EXPIRATORY_TEXT, _INSPIRATORY_TEXT)


def _says(attributes: Attributes, wanted: re.Pattern[str], opposite: re.Pattern[str]) -> bool:
    """Tell whether free text names the wanted thing; the first text that names it or its opposite decides.

    The description of the series comes first: protocol and comments may speak of other series too.
    """
    for text in (attributes.description, attributes.comments, attributes.protocol):
        words = text.replace("_", " ")
        if wanted.search(words) or opposite.search(words):
            return bool(wanted.search(words))
    return False
