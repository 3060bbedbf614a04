"""CloudFormation: stacks and nested stacks, change sets, and operations that go a step further at each look.

An operation goes on when somebody asks for the stack's events, one resource at a time; it fails where a resource
cannot be made (a bucket or job of that name exists, a bucket to delete has objects) or where a test says so, and then
goes back as CloudFormation does. Of what a template makes, buckets, keys, Glue's jobs, triggers and workflows, and
state machines exist for the other services.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html
"""

from mesh_etl.embedded_aws.cloudformation import change_sets, stacks

__all__ = ["change_sets", "stacks"]
