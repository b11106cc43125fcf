"""The command line: a thin door. Results go to standard output, all else to standard error.

``main`` is the way in; each other file adds the commands of one kind.
"""

from rag.cli.exit_status import ABSTAINED, FAILED, OK, WRONG_USAGE
from rag.cli.run import main

__all__ = ["ABSTAINED", "FAILED", "OK", "WRONG_USAGE", "main"]
