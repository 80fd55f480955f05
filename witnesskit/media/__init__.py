"""What the bytes are and what they give away."""
