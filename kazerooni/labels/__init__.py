"""Label maps in and out: from files onto the grid of a scan."""

from kazerooni.labels.read import read_finding_map, read_lobe_map

__all__ = ["read_finding_map", "read_lobe_map"]
