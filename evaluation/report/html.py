"""report.html: one file without script or anything from outside."""

from markupsafe import Markup

from evaluation.report.charts import coefficient_chart, reach_chart, survey_chart
from evaluation.report.contents import Report
from evaluation.report.templating import environment


def html_of(report: Report) -> str:
    """The page of a report. Every text is escaped; the charts are our own SVG, escaped when they were drawn."""
    return environment().get_template("report.html").render(report=report, t=report.words, charts=_charts(report))


def _charts(report: Report) -> dict[str, object]:
    words = report.words
    return {
        "coefficients": [
            Markup(coefficient_chart(words, stage, f"coefficients-{number}"))  # noqa: S704 -- drawn by our templates, which escape
            for number, stage in enumerate(report.stages)
        ],
        "reach": [
            Markup(reach_chart(words, matrix, f"reach-{number}"))  # noqa: S704 -- as above
            for number, matrix in enumerate(report.matrices)
        ],
        "survey": Markup(survey_chart(words, report.survey, "survey-chart")) if report.survey else "",  # noqa: S704 -- as above
    }
