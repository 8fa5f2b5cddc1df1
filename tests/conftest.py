"""Settings for all tests."""

import os

from hypothesis import settings

# How long an example takes depends on what else the machine does: no test asserts it.
settings.register_profile("layerlint", deadline=None)
settings.load_profile("layerlint")

# What a developer's own cache holds decides no test.
os.environ["LAYERLINT_CACHE_DIR"] = os.path.join(os.devnull, "none")

# No test is served what another one made: those of `results` turn this off.
os.environ["LAYERLINT_NO_CACHE"] = "1"
