"""What a unit's jobs are made of, as files: packages, scripts, and the configuration of each job."""
