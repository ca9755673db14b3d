"""`python -m lims` is the program `lims`."""

from lims.apps.cli import app

app()
