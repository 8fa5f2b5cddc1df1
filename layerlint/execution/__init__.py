"""The abstract interpreter: each instruction run on a union file system that nobody built."""
