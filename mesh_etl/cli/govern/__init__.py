"""`mesh-etl govern`: what the configuration asks of the accounts, what they hold, and how one becomes the other."""
