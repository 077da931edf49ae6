"""Fillers of Caffe's forks, one a file or one family; each says which fork defines it."""

from fillerkit.registry import import_modules

import_modules(__name__)
