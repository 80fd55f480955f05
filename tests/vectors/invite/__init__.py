"""Vectors of invites; regenerate with: python -m tests.vectors.invite.generate"""
