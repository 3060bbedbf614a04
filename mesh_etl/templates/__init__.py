"""Products to begin with: each template is a contract and a job that run at once, with the sample that they read."""
