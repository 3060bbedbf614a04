"""Text and scalars to values of the contract's types, by one strict grammar."""
