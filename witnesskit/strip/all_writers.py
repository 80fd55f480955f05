"""Every rewriter, for a process that must import before it is locked."""

from witnesskit.strip import isobmff, jpeg, matroska, registry

__all__ = ["isobmff", "jpeg", "matroska", "registry"]
