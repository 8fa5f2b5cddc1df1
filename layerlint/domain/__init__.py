"""Abstract values: what is known, in part or not at all, of a size, a truth, a word or a path."""
