"""`mesh-etl layout …`: one file per command."""
