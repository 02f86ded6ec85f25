"""Pages of systems, connections, finance objects and systems of record."""
