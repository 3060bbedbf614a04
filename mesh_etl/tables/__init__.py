"""Tables on storage: where their files lie, and the ledger that says which of them count."""
