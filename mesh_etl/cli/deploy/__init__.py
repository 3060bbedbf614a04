"""The commands that bring jobs to AWS: package, synth, deploy, destroy."""
