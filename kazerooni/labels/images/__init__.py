"""Image files in and out: NIfTI, NRRD, segmentations of 3D Slicer, MetaImage."""

from kazerooni.labels.images.read import is_image, read_image
from kazerooni.labels.images.write import WRITERS, Writer

__all__ = ["WRITERS", "Writer", "is_image", "read_image"]
