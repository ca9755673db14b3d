"""A program that uses the embedded server: it says the address, then does what it is told, a word a line."""

import os
import signal
import sys
from pathlib import Path

from lims.kernel.embedded import EmbeddedServer, EmbeddedServerError


def main() -> None:
    with EmbeddedServer(Path(sys.argv[1])) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        for line in sys.stdin:
            if line.strip() == "fork" and os.fork() == 0:
                sys.exit(0)
            if line.strip() == "fork":
                os.wait()
                sys.stdout.write("the child has ended\n")
                sys.stdout.flush()
            if line.strip() == "leave":
                break


if __name__ == "__main__":
    # A shell lets what it runs in the background ignore Ctrl-C, and that passes on to whatever is started there.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main()
    except EmbeddedServerError as refusal:
        sys.exit(f"refused: {refusal}")
