"""What is known and proven, for people: plain text, one HTML page, JSON."""
