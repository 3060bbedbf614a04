"""`deployment:` of the mesh and its domains, and `deploy:` of a job: how jobs run on AWS Glue."""
