"""Ctrl-C while the command line is still being imported: it ends as it does later, with a sentence and code 130."""

import os
import signal
import sys
import threading
from pathlib import Path

INTERRUPTED = "gradviz: interrupted; no unfinished file is left behind"


def _leave(number: int, frame: object) -> None:
    os.write(2, f"{INTERRUPTED}\n".encode())
    os._exit(130)


def ready() -> None:
    """Let Ctrl-C raise `KeyboardInterrupt` again: all is imported."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


_words = sys.orig_argv[1:]
_command = Path(sys.argv[0] if sys.argv else "").stem == "gradviz" or _words[:2] == ["-m", "gradviz"]
if (
    _command
    and threading.current_thread() is threading.main_thread()
    and signal.getsignal(signal.SIGINT) is signal.default_int_handler
):
    signal.signal(signal.SIGINT, _leave)
