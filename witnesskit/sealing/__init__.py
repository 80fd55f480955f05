"""Age files: sealed as bytes arrive, opened at any place, and the capsules made of them."""
