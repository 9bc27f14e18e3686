"""DICOM segmentations in and out: segments by their codes, frames by the pictures they were drawn on."""
