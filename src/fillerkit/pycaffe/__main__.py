"""``python -m fillerkit.pycaffe SCRIPT [ARGS]``: run an old script, unchanged."""

from fillerkit.pycaffe.runner import main

main()
