"""The union file system: trees that share structure, layers between them, and what layers hide."""
