"""Small files of a table into large ones: the same rows, proven to be the same before anybody sees them."""
