"""Image files in and out: NIfTI, NRRD, segmentations of 3D Slicer, MetaImage."""
