"""Keep things: the folder, its state, its capsules, its keys, its lock."""
