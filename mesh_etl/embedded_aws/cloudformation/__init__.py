"""CloudFormation: stacks and nested stacks, change sets, and operations that go a step further at each look.

A change set, and an operation by the stack's events, goes on with each look at it. It fails where a resource cannot be
made (its schema has no such property, its name is taken, its role is missing, a bucket to delete has objects) or where
a test says so, and then goes back as CloudFormation does. Of what a template makes, buckets, Glue's jobs, triggers and
workflows, and state machines exist for the other services.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html
"""

from mesh_etl.embedded_aws.cloudformation import change_sets, stacks

__all__ = ["change_sets", "stacks"]
