"""CloudFormation templates of a unit: computed from its estate and its bundle, the same bytes for the same input."""
