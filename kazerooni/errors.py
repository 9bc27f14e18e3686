"""Every error the toolkit raises on purpose.

```
KazerooniError
├── ScanError            a scan cannot be found, read or used
│   ├── NoSeriesError        nothing at the path can be scored
│   ├── ChoiceError          several series, studies or patients: a person must choose
│   ├── UnusableSeriesError  the series carries an error notice
│   └── PixelError           the pixels of a slice cannot be decoded
├── LabelError           a label map cannot be read or does not fit its scan
├── SegmentError         lungs, fissures or lobes cannot be found or laid
├── ReadingError         what a reading says cannot be used
│   └── TableError           rows of a table of typed values cannot be used: each with its line and column
├── SchemeError          a scheme is unknown or contradicts itself
│   └── IncompleteError      a total is asked for while a component of a lobe is null
├── StoreError           a score book cannot be used
│   └── RefusedError         what was to be added contradicts what is there, or is no signed reading: each thing named
├── ArchiveError         an archive cannot be indexed, or its work cannot be done
├── PacsError            a PACS cannot be asked, or refuses
│   ├── ProfileError         a profile is not there, contradicts itself, or holds a password
│   ├── ObjectError          one object cannot be fetched or sent; others may
│   └── PassingError         no answer, a broken connection, a busy server: what another try may get over
└── OutputError          a result cannot be written
```

A message names the thing, what was found, what was wanted and what to do. It holds no patient name, birth date or id.
"""


class KazerooniError(Exception):
    """Root of all errors that the toolkit raises on purpose."""


class ScanError(KazerooniError):
    """A scan cannot be found, read or used."""


class NoSeriesError(ScanError):
    """Nothing at the given path can be scored."""


class ChoiceError(ScanError):
    """More than one series, study or patient fits; the message lists them."""


class UnusableSeriesError(ScanError):
    """The series carries an error notice, so no volume is made of it."""


class PixelError(ScanError):
    """The pixels of a slice cannot be decoded; the message names slice, syntax and remedy."""


class LabelError(KazerooniError):
    """A label map cannot be read, or its grid or numbering does not fit the scan."""


class SegmentError(KazerooniError):
    """Lungs cannot be found, or a fissure cannot be laid, on what is given."""


class ReadingError(KazerooniError):
    """What a reading says cannot be used."""


class TableError(ReadingError):
    """Rows of a table of typed values cannot be used; nothing of the table is taken.

    problems: one sentence each, with line and column, in the order of the table.
    """

    def __init__(self, message: str, problems: tuple[str, ...]) -> None:
        super().__init__(message)
        self.problems = problems


class SchemeError(KazerooniError):
    """A scheme is unknown or contradicts itself (a hole, an overlap, a region named twice)."""


class IncompleteError(SchemeError):
    """A total is asked for while a component of a lobe is null; missing is never zero."""


class StoreError(KazerooniError):
    """A score book cannot be found, opened, read or written."""


class RefusedError(StoreError):
    """Something was not added to a score book; unless a part was asked for, nothing was.

    problems: one sentence each, in the order in which things were given.
    """

    def __init__(self, message: str, problems: tuple[str, ...]) -> None:
        super().__init__(message)
        self.problems = problems


class ArchiveError(KazerooniError):
    """An archive cannot be indexed, or its work cannot be done."""


class PacsError(KazerooniError):
    """A PACS cannot be asked, or refuses; the message names the profile."""


class ProfileError(PacsError):
    """A profile of a PACS is not there, contradicts itself, or holds what it must not hold."""


class ObjectError(PacsError):
    """One object cannot be fetched or sent; others may."""


class PassingError(PacsError):
    """What another try may get over: no answer in time, a broken connection, a busy server.

    wait_s: how long the server asks to wait before it is asked again, None where it does not say.
    """

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class OutputError(KazerooniError):
    """A result cannot be written; nothing half-written is left."""
