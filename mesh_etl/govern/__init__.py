"""Governance: what the mesh file and the contracts ask for, what the accounts hold, and who can see what, and why."""
