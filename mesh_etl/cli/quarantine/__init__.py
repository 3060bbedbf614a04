"""`mesh-etl quarantine …`: one file per command."""
