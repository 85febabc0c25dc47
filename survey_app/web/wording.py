"""Words of the pages that are made in code; all others stand in the templates."""

from datetime import date

from evaluation.errors import Language


def moment_in_words(day: date, hour: str, language: Language) -> str:
    """Day and hour of a moment in the county."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}, {hour} (Beijing time)"
    return f"{day.year}年{day.month}月{day.day}日 {hour}"


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
