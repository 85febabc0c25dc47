"""The survey's recognition rate with its interval, the sample it rests on, and what the rate does not say."""

from dataclasses import dataclass

from evaluation.report.context import Context
from evaluation.report.numbers import ABSENT, COUNT, PERCENT, Form, is_met, show, show_against, show_threshold
from evaluation.report.sample import reason_text
from evaluation.survey.interval import Estimate
from evaluation.survey.recognition import Recognition
from evaluation.survey.wording import sampling_error_sentence

DESIGN_EFFECT = Form(2)


@dataclass(frozen=True, slots=True)
class RateView:
    """A rate with its 95% interval, in words and as numbers for the chart; `base` is how many recognise of how many.

    `is_met` is None where nothing asks the threshold of it: the rule's unit on the rule's item is judged, all other rates are for reference.
    `remark` says so, and why an interval is not reliable.
    """

    label: str
    rate: float | None
    low: float | None
    high: float | None
    rate_text: str
    interval_text: str
    base: str
    dont_know: str
    missing: str
    is_met: bool | None
    remark: str

    @property
    def tone(self) -> str:
        """met, unmet, or muted: for reference only, or without a rate."""
        return "muted" if self.is_met is None else "met" if self.is_met else "unmet"

    @property
    def mark(self) -> str:
        """The mark of a rate that is judged, "" for one that isn't."""
        return "" if self.is_met is None else "✓" if self.is_met else "×"


@dataclass(frozen=True, slots=True)
class SurveyView:
    """Everything the report says about the survey."""

    threshold: float
    threshold_text: str
    rate_text: str
    is_met: bool
    is_valid: bool
    unit_text: str
    interval_sentence: str
    turning_sentence: str
    sample_sentence: str
    sample_reasons: tuple[str, ...]
    overall: RateView
    groups: tuple[RateView, ...]
    items: tuple[RateView, ...]
    units: tuple[RateView, ...]
    notes: tuple[str, ...]


def survey_view(context: Context) -> SurveyView | None:
    """The survey as the reports show it, None without a survey."""
    found = context.assessment.recognition
    return None if found is None else _Survey(context, found).view()


class _Survey:
    """Turns what the survey says into a view."""

    def __init__(self, context: Context, found: Recognition) -> None:
        self.context, self.words, self.found = context, context.words, found
        self.threshold = context.assessment.recognition_threshold

    def view(self) -> SurveyView:
        found = self.found
        return SurveyView(
            threshold=self.threshold,
            threshold_text=show_threshold(self.threshold, PERCENT),
            rate_text=self._rate_text(found.rate),
            is_met=self._is_met(found.rate),
            is_valid=found.sample.is_valid,
            unit_text=self.words.of("rate_unit", found.unit),
            interval_sentence=self._interval_sentence(),
            turning_sentence=self._turning_sentence(),
            sample_sentence=self._sample_sentence(),
            sample_reasons=tuple(reason_text(self.context, one) for one in found.sample.reasons),
            overall=self._overall(),
            groups=tuple(
                self._rate(self.words.group(name), one, is_judged=False) for name, one in found.groups.items()
            ),
            items=tuple(
                self._rate(self.words.of("item", name, label=name), one, is_judged=self._is_judged_item(name))
                for name, one in found.items.items()
            ),
            units=tuple(self._unit(name) for name in ("answer", "questionnaire")),
            notes=self._notes(),
        )

    def _is_met(self, rate: float | None) -> bool:
        return rate is not None and is_met(rate, self.threshold, "at_least")

    def _rate_text(self, rate: float | None) -> str:
        return show_against(rate, self.threshold, "at_least", PERCENT)

    def _overall(self) -> RateView:
        unit = self.found.unit
        label = self.words("survey.overall")
        if unit != "answer":
            label += self.words("survey.unit", unit=self.words.of("rate_unit", unit))
        return self._rate(label, self.found.estimate, is_judged=True)

    def _unit(self, unit: str) -> RateView:
        estimate = self.found.answers if unit == "answer" else self.found.questionnaires
        return self._rate(self.words.of("rate_unit", unit), estimate, is_judged=unit == self.found.unit)

    def _is_judged_item(self, item: str) -> bool:
        """Items are counted by answers, so that none is judged where the rule counts questionnaires."""
        return self.found.unit == "answer" and item == self.found.item

    def _rate(self, label: str, estimate: Estimate, is_judged: bool) -> RateView:
        rate = estimate.rate
        low, high = estimate.ci95 or (None, None)
        return RateView(
            label=label,
            rate=rate,
            low=low,
            high=high,
            rate_text=self._rate_text(rate),
            interval_text=self._interval_text(low, high),
            base=f"{show(estimate.recognise, COUNT)}/{show(estimate.base, COUNT)}",
            dont_know=show(estimate.dont_know_share, PERCENT),
            missing=show(estimate.missing_share, PERCENT),
            is_met=self._is_met(rate) if is_judged and rate is not None else None,
            remark=self._remark(estimate, is_judged),
        )

    def _remark(self, estimate: Estimate, is_judged: bool) -> str:
        words = self.words
        parts = [] if is_judged else [words("survey.reference")]
        if not estimate.ci_reliable:
            reasons = words("join.list").join(words.of("ci", one) for one in estimate.ci_reasons)
            parts.append(words("survey.unsure", reasons=reasons))
        return words("join.parts").join(parts)

    def _interval_text(self, low: float | None, high: float | None) -> str:
        if low is None or high is None:
            return ABSENT
        return self.words("survey.interval", low=self._rate_text(low), high=self._rate_text(high))

    def _interval_sentence(self) -> str:
        verdict = self.found.interval_verdict
        if verdict is None:
            return ""
        interval = self._interval_text(*(self.found.estimate.ci95 or (None, None)))
        sentence = sampling_error_sentence(verdict, self.threshold, self.words.language)
        return self.words("survey.interval_sentence", interval=interval, sentence=sentence)

    def _turning_sentence(self) -> str:
        turning = self.found.answers_to_fail
        if turning is None:
            return ""
        unit = self.words.of("turning_unit", self.found.unit)
        return self.words(
            "survey.turning", count=show(turning, COUNT), unit=unit, threshold=show_threshold(self.threshold, PERCENT)
        )

    def _sample_sentence(self) -> str:
        sample = self.found.sample
        key = "survey.sample_valid" if sample.is_valid else "survey.sample_invalid"
        withheld = sum(sample.withheld.values())
        responses = show(self.found.responses + withheld, COUNT)
        sentence = self.words(
            key, responses=responses, valid=show(sample.valid, COUNT), required=show(sample.required, COUNT)
        )
        if not withheld:
            return sentence
        told = self.words("survey.sample_withheld", withheld=show(withheld, COUNT))
        return self.words("join.sentences").join((sentence, told))

    def _notes(self) -> tuple[str, ...]:
        share = show_threshold(self.found.sample.parents_share, PERCENT)
        overall = self.found.answers
        design = []
        if overall.deff is not None:
            design = [
                self.words(
                    "survey.design",
                    deff=show(overall.deff, DESIGN_EFFECT),
                    df=show(overall.df, DESIGN_EFFECT),
                )
            ]
        return (self.words("survey.note_index", share=share), self.words("survey.note_sampling"), *design)
