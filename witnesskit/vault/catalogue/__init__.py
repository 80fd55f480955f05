"""What a desk can look its items up in: a port, and SQLite held in memory behind it. Disposable, sealed at rest."""
