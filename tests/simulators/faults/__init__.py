"""A loopback site with every fault a takedown shows, for witnesskit's tests and for any other archiving tool.

Standard library and ``cryptography`` alone. ``cases.CASES`` is the table of what it plays; ``server.serve`` is one
site, ``server.serve_all`` all listeners of ``witnesskit demo --server``.
"""
