"""Words of the pages that are made in code; all others stand in the templates."""

from datetime import datetime

from evaluation.errors import Language


def moment_in_words(local: datetime, language: Language) -> str:
    """A local time, to the minute."""
    if language == "en":
        return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} (Beijing time)"
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]  # never the locale's
