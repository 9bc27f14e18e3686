"""The reading room: a napari plugin in which a radiologist scores a scan."""
