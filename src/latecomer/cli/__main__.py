"""The command line as `python -m latecomer.cli`."""

import sys

from latecomer.cli import main

sys.exit(main())
