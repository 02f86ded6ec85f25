"""REST of systems, connections, finance objects, schemas and systems of record."""
