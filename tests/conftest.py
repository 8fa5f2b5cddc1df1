"""Settings for all tests."""

from hypothesis import settings

# How long an example takes depends on what else the machine does: no test asserts it.
settings.register_profile("layerlint", deadline=None)
settings.load_profile("layerlint")
