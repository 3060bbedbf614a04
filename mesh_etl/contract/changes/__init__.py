"""What differs between two versions of a contract: a file per kind of promise; `../diff.py` asks them all."""
