"""``python -m fillerkit``: the command line."""

from fillerkit.cli import main

if __name__ == "__main__":
    main()
