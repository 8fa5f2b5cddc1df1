"""layerlint: what each instruction of a Dockerfile puts into its layer, before the build."""

__version__ = "0.1.0"
