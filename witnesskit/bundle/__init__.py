"""The parcel between teams: packed in one pass, and taken in piece by piece as far as it verifies."""
