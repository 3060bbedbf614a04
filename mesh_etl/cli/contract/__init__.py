"""`mesh-etl contract …`: one file per command."""
