"""`python -m napari_kazerooni [PATH...]`: the reading room, as `kazerooni open` starts it."""

from __future__ import annotations

import sys

_UNUSABLE = 3


def main(paths: list[str]) -> int:
    """Open napari with the series dock and look at paths; give the exit status."""
    try:
        import napari  # noqa: PLC0415 - a missing Qt shows when napari is imported, and is told in words
        from qtpy import QtWidgets  # noqa: F401, PLC0415

        from napari_kazerooni.reader import series_dock  # noqa: PLC0415
    except Exception as error:  # noqa: BLE001 - the edge of a program
        print(  # noqa: T201 - a program that cannot open a window has only this to tell it
            f"napari cannot be started ({type(error).__name__}): it needs a Qt binding, pip install 'napari[all]'",
            file=sys.stderr,
        )
        return _UNUSABLE
    viewer = napari.Viewer(title="kazerooni", show_welcome_screen=False)
    dock = series_dock(viewer)
    if paths:
        dock.look_at(paths)
    napari.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
