"""Every rewriter, for a process that must import before it is locked."""

from witnesskit.strip import isobmff, jpeg, mp3, registry, wave

__all__ = ["isobmff", "jpeg", "mp3", "registry", "wave"]
