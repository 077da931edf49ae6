"""The layer types of Caffe's forks that run; each says which fork defines it."""

from fillerkit.registry import import_modules

import_modules(__name__)
