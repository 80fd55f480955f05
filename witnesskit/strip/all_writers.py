"""Every rewriter, for a process that must import before it is locked."""

from witnesskit.strip import flac, isobmff, jpeg, ogg, registry

__all__ = ["flac", "isobmff", "jpeg", "ogg", "registry"]
