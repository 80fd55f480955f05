"""Every rewriter, for a process that must import before it is locked."""

from witnesskit.strip import isobmff, jpeg, registry, wave

__all__ = ["isobmff", "jpeg", "registry", "wave"]
