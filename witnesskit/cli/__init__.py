"""One file for each command: parse, call one action, print, exit status."""
