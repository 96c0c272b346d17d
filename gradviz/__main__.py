"""`python -m gradviz` is `gradviz`."""

import sys

from .cli import main

sys.exit(main())
