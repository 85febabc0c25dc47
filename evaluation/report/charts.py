"""Charts as SVG from our own templates: inline in report.html, and as PNG in report.docx.

Colours stand as presentation attributes, so that a picture is complete by itself; classes let the page's style sheet replace them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evaluation.fonts import font_path
from evaluation.report.resources import CoefficientView, StageView
from evaluation.report.schools import MatrixView
from evaluation.report.survey import RateView, SurveyView
from evaluation.report.templating import environment
from evaluation.report.wording import Words

COLOURS: Final = {
    "ink": "#1c2733",
    "muted": "#52606d",
    "grid": "#d5dbe1",
    "met": "#2f6f4f",
    "basic": "#b7791f",
    "unmet": "#b3261e",
    "limit": "#7a1f1a",
}
WIDTH = 760
LABELS = 250
RIGHT = 110
ROW = 34
TOP = 44
BOTTOM = 14
LABEL_EM = 18.0
TICK_STEPS = (0.05, 0.1, 0.2)
MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps a value to a horizontal position between the labels and the right margin."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """The position of a value, kept inside the plot."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(LABELS + share * (WIDTH - LABELS - RIGHT), 1)


def coefficient_chart(words: Words, stage: StageView, name: str) -> str:
    """Bars of a stage's coefficients with the limit as a line."""
    numbers = [one.coefficient for one in stage.rows if one.coefficient is not None]
    limit = max(one.limit for one in stage.rows)
    scale = Scale(0.0, max([limit * 1.15, *(one * 1.05 for one in numbers)]))
    rows = [
        {
            "lines": wrapped(f"{one.id} {one.name}"),
            "y": TOP + ROW * position,
            "end": LABELS if one.coefficient is None else scale.at(one.coefficient),
            "tone": one.status,
            "text": f"{_said(words, one)} {one.mark}",
        }
        for position, one in enumerate(stage.rows)
    ]
    told = words("join.parts").join(
        words("chart.coefficient_one", name=one.name, value=_said(words, one), status=words.of("status", one.status))
        for one in stage.rows
    )
    title = words("chart.coefficients", stage=stage.stage)
    label = words("coefficients.limit", limit=stage.limit)
    return _drawn("bars.svg", name, title, told, rows, limit=scale.at(limit), limit_label=label)


def _said(words: Words, one: CoefficientView) -> str:
    return words("coefficients.none") if one.coefficient is None else one.coefficient_text


def reach_chart(words: Words, matrix: MatrixView, name: str) -> str:
    """For each resource, how many schools of a stage meet it, reach the lower bound, or neither."""
    scale = Scale(0.0, float(len(matrix.rows)))
    rows, told = [], []
    for position, (head, counts) in enumerate(zip(matrix.heads, matrix.reached, strict=True)):
        met, basic, below = counts
        edges = [scale.at(0), scale.at(met), scale.at(met + basic), scale.at(met + basic + below)]
        rows.append(
            {
                "lines": wrapped(f"{head.id} {head.name}"),
                "y": TOP + ROW * position,
                "parts": _parts(edges, counts),
                "text": f"✓{met}  △{basic}  ×{below}",
            }
        )
        key = "chart.reach_one" if head.basic else "chart.reach_unexcused"
        told.append(words(key, name=head.name, met=met, basic=basic, below=below))
    title = words("chart.reach", stage=words.data(matrix.stage))
    return _drawn("reach.svg", name, title, words("join.parts").join(told), rows)


def _parts(edges: list[float], counts: tuple[int, int, int]) -> list[dict[str, object]]:
    tones = ("met", "basic", "unmet")
    return [
        {"tone": tone, "x": edges[part], "width": round(edges[part + 1] - edges[part], 1)}
        for part, tone in enumerate(tones)
        if counts[part]
    ]


def survey_chart(words: Words, survey: SurveyView, name: str) -> str:
    """The overall rate and each group's, with intervals, against the threshold."""
    rates = [one for one in (survey.overall, *survey.groups) if one.rate is not None]
    scale = _rate_scale(rates, survey.threshold)
    rows = [
        {
            "lines": wrapped(one.label),
            "y": TOP + ROW * position,
            "at": scale.at(one.rate or 0.0),
            "low": None if one.low is None else scale.at(one.low),
            "high": None if one.high is None else scale.at(one.high),
            "tone": one.tone,
            "text": f"{one.rate_text} {one.mark}".strip(),
        }
        for position, one in enumerate(rates)
    ]
    told = words("join.parts").join(
        words("chart.survey_one", label=one.label, rate=one.rate_text, interval=one.interval_text) for one in rates
    )
    title = words("chart.survey", threshold=survey.threshold_text)
    label = words("chart.required", threshold=survey.threshold_text)
    return _drawn(
        "intervals.svg",
        name,
        title,
        told,
        rows,
        limit=scale.at(survey.threshold),
        limit_label=label,
        ticks=_ticks(scale),
    )


def _rate_scale(rates: Iterable[RateView], threshold: float) -> Scale:
    """To 100% from the tick below the least number."""
    least = min([threshold, *(one.low if one.low is not None else one.rate or 0.0 for one in rates)])
    step = _tick_step(1.0 - least)
    return Scale(max(0.0, 1.0 - step * math.ceil((1.0 - least) / step)), 1.0)


def _tick_step(span: float) -> float:
    return next((step for step in TICK_STEPS if span / step <= MOST_TICKS), TICK_STEPS[-1])


def _ticks(scale: Scale) -> list[tuple[float, str]]:
    step = _tick_step(scale.high - scale.low)
    values = [scale.low + step * position for position in range(round((scale.high - scale.low) / step) + 1)]
    return [(scale.at(one), f"{one * 100:.0f}%") for one in values]


def wrapped(label: str, width: float = LABEL_EM) -> list[str]:
    """A label over at most two lines of `width` em; a Chinese character is one em wide, others about half of it."""
    lines, used = [""], 0.0
    for letter in label:
        used += 1.0 if ord(letter) > 0x2E7F else 0.55
        if used > width:
            lines.append("")
            used = 1.0
        lines[-1] += letter
    return lines if len(lines) <= 2 else [lines[0], lines[1][:-1] + "…"]


def _drawn(
    template: str, name: str, title: str, told: str, rows: Sequence[Mapping[str, object]], **values: object
) -> str:
    height = TOP + ROW * len(rows) + BOTTOM
    return (
        environment()
        .get_template(template)
        .render(
            name=name,
            title=title,
            told=told,
            rows=rows,
            width=WIDTH,
            height=height,
            top=TOP,
            left=LABELS,
            right=WIDTH - RIGHT,
            colours=COLOURS,
            **values,
        )
    )


def png_from_svg(svg: str, width: int = 1600) -> bytes:
    """The picture of an SVG, `width` pixels wide on white, with the bundled font and no other: the one place that knows the rasteriser."""
    from resvg_py import svg_to_bytes

    return bytes(
        svg_to_bytes(
            svg_string=svg,
            width=width,
            background="#ffffff",
            skip_system_fonts=True,
            font_files=[str(font_path())],
            sans_serif_family="Noto Sans SC",
        )
    )
