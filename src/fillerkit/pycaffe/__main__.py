"""``python -m fillerkit.pycaffe SCRIPT [ARGS]``: run an old script, unchanged."""

from fillerkit.pycaffe.script import main

main()
