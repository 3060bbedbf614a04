"""How the rules over the whole table are answered: one file for each family of `checks/dataset.py`."""
