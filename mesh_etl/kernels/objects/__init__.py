"""Files as rows of a catalogue."""
