"""What a product costs on AWS Glue: from its past runs, the size of its inputs, and a table of prices."""
