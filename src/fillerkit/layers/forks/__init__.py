"""Layer types of Caffe's forks, one concept a file; each says which fork defines it."""

from fillerkit.registry import import_modules

import_modules(__name__)
