"""The Word report's section on the survey."""

from collections.abc import Iterable

from evaluation.report.charts import survey_chart
from evaluation.report.docx_filing import INKS, Filing, TableRow
from evaluation.report.docx_tables import TableCell
from evaluation.report.survey import RateView, SurveyView


def write_survey(filing: Filing) -> None:
    """The rate with its interval, the sample, the groups and items, and what the rate does not say."""
    words, survey = filing.words, filing.report.survey
    filing.head("survey")
    if survey is None:
        filing.say(words("survey.none"))
        return
    _write_verdict(filing, survey)
    rates = (survey.overall, *survey.groups)
    told = words("join.parts").join(f"{one.label} {one.rate_text} ({one.interval_text})" for one in rates)
    title = words("chart.survey", threshold=survey.threshold_text)
    filing.picture(survey_chart(words, survey, "survey-chart"), title, told)
    _write_rates(filing, words("survey.groups"), "group", rates)
    _write_rates(filing, words("survey.items"), "item", survey.items)
    _write_rates(filing, words("survey.units"), "unit_of_rate", survey.units)
    for note in (words("survey.outside"), *survey.notes):
        filing.say(note, "SmallPrint")


def _write_verdict(filing: Filing, survey: SurveyView) -> None:
    words = filing.words
    rate = words("survey.rate", rate=survey.rate_text) + words("survey.unit", unit=survey.unit_text)
    verdict = words("survey.met" if survey.is_met else "survey.unmet", threshold=survey.threshold_text)
    filing.say(f"{rate} {verdict}")
    sample = " ".join([survey.sample_sentence, words("join.parts").join(survey.sample_reasons)])
    interval = f"{survey.interval_sentence} {survey.overall.remark}"
    for sentence in (interval, sample, survey.turning_sentence):
        if sentence.strip():
            filing.say(sentence.strip())


def _write_rates(filing: Filing, title: str, first: str, rates: Iterable[RateView]) -> None:
    columns = [
        filing.column(first, 25),
        filing.column("rate", 20, "right"),
        filing.column("interval", 36),
        filing.column("base", 23, "right"),
        filing.column("dont_know", 14, "right"),
        filing.column("unanswered", 14, "right"),
        filing.column("remark", 28),
    ]
    filing.table(title, columns, [_rate_row(one) for one in rates])


def _rate_row(one: RateView) -> TableRow:
    rate = TableCell(f"{one.rate_text} {one.mark}", "right", ink=INKS[one.tone]) if one.mark else one.rate_text
    return [one.label, rate, one.interval_text, one.base, one.dont_know, one.missing, one.remark]
