"""The shareable copy: one file for each container family."""
