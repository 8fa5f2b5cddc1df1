"""``--online``: facts out of the user's own registries, and the lengths of downloads.

A run notes what it would have to know (`layerlint.lookup`); here that is found out, within bounds of time, bytes
and requests, and the run is done again.  What cannot be found out stays what it was, with a note that says why.
"""
