"""The Jinja environment of the reports: everything is escaped, an unknown name is an error."""

from functools import cache

import jinja2


@cache
def environment() -> jinja2.Environment:
    """The environment over `evaluation/report/templates`."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("evaluation.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
