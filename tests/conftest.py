"""How Hypothesis tries its examples."""

from hypothesis import settings

# A machine that is busy is slow, and no test fails for that.
settings.register_profile("fillerkit", deadline=None)
settings.load_profile("fillerkit")
