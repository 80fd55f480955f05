"""A child process with limits, in which hostile media are opened (docs/decisions/0003-jail-layers.md)."""
