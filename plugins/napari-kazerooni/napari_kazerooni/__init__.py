"""The reading room of kazerooni: a napari plugin in which a radiologist scores a scan.

For research and decision support; not a medical device.
"""

from importlib.metadata import version

__version__ = version("napari-kazerooni")
