"""Every reader of the inspection, for a process that must import before it is locked."""

from witnesskit.media import inspect, inspect_flac, inspect_isobmff, inspect_jpeg, inspect_ogg, residue

__all__ = ["inspect", "inspect_flac", "inspect_isobmff", "inspect_jpeg", "inspect_ogg", "residue"]
