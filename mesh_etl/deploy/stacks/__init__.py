"""From templates and files to stacks in an account: uploaded, proposed as a change set, executed, followed."""
