"""Every rewriter, for a process that must import before it is locked."""

from witnesskit.strip import avi, isobmff, jpeg, mp3, registry, wave

__all__ = ["avi", "isobmff", "jpeg", "mp3", "registry", "wave"]
