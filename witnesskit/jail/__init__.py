"""A child process with limits, in which hostile media are opened (docs/decisions/0006-jail-layers.md)."""
