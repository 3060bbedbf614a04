"""What keeps a table in shape after its jobs have run: each commits as every writer does, and blocks none."""
