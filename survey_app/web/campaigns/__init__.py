"""Pages of campaigns: `/campaigns`, the cockpit of one, its codes, its closing, its results.

`overview` (the list, the cockpit) with `cockpit_page` and `bars`, `new` with `new_form`, `notes`, `acts` (opening, closing), `codes`, `bulletin`,
`results`. Each module adds its views to the `blueprint`.
"""

from survey_app.web.campaigns import (  # noqa: F401 - each module adds its views to the blueprint
    acts,
    bulletin,
    codes,
    new,
    overview,
    results,
)
from survey_app.web.campaigns.blueprint import blueprint

__all__ = ["blueprint"]
