"""The reading room of kazerooni: a napari plugin in which a radiologist scores a scan.

For research and decision support; not a medical device.
"""

from kazerooni.version import __version__

__all__ = ["__version__"]
