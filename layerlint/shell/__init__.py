"""The shell text of RUN as a tree of commands, with spans."""
