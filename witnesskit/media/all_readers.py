"""Every reader of the inspection, for a process that must import before it is locked."""

from witnesskit.media import inspect, inspect_isobmff, inspect_jpeg, inspect_matroska, residue

__all__ = ["inspect", "inspect_isobmff", "inspect_jpeg", "inspect_matroska", "residue"]
