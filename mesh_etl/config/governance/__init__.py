"""The governance that `configs/mesh.yaml` states: accounts, LF-Tags, people, consumers, and standing access."""
