"""From the contract to rules: one file for each kind of rule that the standard has."""
