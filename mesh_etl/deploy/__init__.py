"""From the configuration of a mesh to jobs in the accounts of its domains: packaged, described, deployed."""
