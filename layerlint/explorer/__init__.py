"""Layers and their files on a terminal, to walk through: the extra ``layerlint[explore]``."""
