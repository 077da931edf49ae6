"""``python -m fillerkit``, and the command ``fillerkit``: the command line."""

import signal


def main() -> None:
    """Import the command line and run it; Ctrl-C while it is imported ends without a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # it may be ignored: nohup
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from fillerkit.cli import main as run

    run()


if __name__ == "__main__":
    main()
