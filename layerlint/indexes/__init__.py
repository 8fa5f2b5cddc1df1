"""``layerlint index``: fetches package indexes into the user's cache.

The one part of layerlint that uses a network, and only when it is asked to by that verb.
"""
