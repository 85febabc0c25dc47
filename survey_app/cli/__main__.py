"""`python -m survey_app.cli` is the `junheng` command."""

from survey_app.cli import main

main(prog_name="junheng")
