"""The survey's recognition rate with its interval, the sample it rests on, and what the rate does not say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.report.context import Context
from evaluation.report.numbers import ABSENT, COUNT, PERCENT, Form, is_met, show, show_against, show_threshold
from evaluation.report.sample import reason_text
from evaluation.survey.wording import sampling_error_sentence

DESIGN_EFFECT = Form(2)
# The item that a survey of an older assessment is about, which didn't name it.
JUDGED_ITEM = "36"


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
    """Turns the recognition object of the contract (section 5) into a view."""

    def __init__(self, context: Context, found: Mapping[str, Any]) -> None:
        self.context, self.words, self.found = context, context.words, found
        self.threshold = context.assessment.recognition_threshold

    def view(self) -> SurveyView:
        found = self.found
        sample = found["sample"]
        return SurveyView(
            threshold=self.threshold,
            threshold_text=show_threshold(self.threshold, PERCENT),
            rate_text=self._rate_text(found["rate"]),
            is_met=self._is_met(found["rate"]),
            is_valid=bool(sample["is_valid"]),
            unit_text=self.words.of("rate_unit", found["unit"]),
            interval_sentence=self._interval_sentence(),
            turning_sentence=self._turning_sentence(),
            sample_sentence=self._sample_sentence(sample),
            sample_reasons=tuple(reason_text(self.context, one) for one in sample["reasons"]),
            overall=self._overall(),
            groups=tuple(
                self._rate(self.words.group(name), one, is_judged=False)
                for name, one in self._estimates("groups").items()
            ),
            items=tuple(
                self._rate(self.words.of("item", name, label=name), one, is_judged=self._is_judged_item(name))
                for name, one in self._estimates("items").items()
            ),
            units=tuple(self._unit(name) for name in ("answer", "questionnaire")),
            notes=self._notes(),
        )

    def _is_met(self, rate: float | None) -> bool:
        return rate is not None and is_met(rate, self.threshold, "at_least")

    def _rate_text(self, rate: float | None) -> str:
        return show_against(rate, self.threshold, "at_least", PERCENT)

    def _estimates(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """Estimates by item or group; where only rates are given, those without an interval."""
        rates: Mapping[str, float | None] = self.found.get(kind, {})
        estimates = self.found.get("estimates", {}).get(kind, {})
        return {name: estimates.get(name, {"rate": rate}) for name, rate in rates.items()}

    def _overall(self) -> RateView:
        unit = self.found["unit"]
        label = self.words("survey.overall")
        if unit != "answer":
            label += self.words("survey.unit", unit=self.words.of("rate_unit", unit))
        return self._rate(label, self._by_unit(unit), is_judged=True)

    def _unit(self, unit: str) -> RateView:
        is_judged = unit == self.found["unit"]
        return self._rate(self.words.of("rate_unit", unit), self._by_unit(unit), is_judged)

    def _is_judged_item(self, item: str) -> bool:
        """Items are counted by answers, so that none is judged where the rule counts questionnaires."""
        return bool(self.found["unit"] == "answer" and item == self.found.get("item", JUDGED_ITEM))

    def _by_unit(self, unit: str) -> Mapping[str, Any]:
        """The rate of a unit with its interval: that of the object itself by answers, an estimate of its own by questionnaires."""
        if unit == "answer":
            names = ("ci95", "ci_reliable", "ci_reasons", "dont_know_share", "missing_share")
            interval = {name: self.found.get(name) for name in names}
        else:
            interval = dict(self.found.get("estimates", {}).get("questionnaires", {}))
        return {**interval, **self.found[f"by_{unit}"]}

    def _rate(self, label: str, estimate: Mapping[str, Any], is_judged: bool) -> RateView:
        rate = estimate.get("rate")
        low, high = estimate.get("ci95") or (None, None)
        return RateView(
            label=label,
            rate=rate,
            low=low,
            high=high,
            rate_text=self._rate_text(rate),
            interval_text=self._interval_text(low, high),
            base=self._base(estimate),
            dont_know=show(estimate.get("dont_know_share"), PERCENT),
            missing=show(estimate.get("missing_share"), PERCENT),
            is_met=self._is_met(rate) if is_judged and rate is not None else None,
            remark=self._remark(estimate, is_judged),
        )

    def _base(self, estimate: Mapping[str, Any]) -> str:
        recognise, base = estimate.get("recognise"), estimate.get("base")
        return show(base, COUNT) if recognise is None else f"{show(recognise, COUNT)}/{show(base, COUNT)}"

    def _remark(self, estimate: Mapping[str, Any], is_judged: bool) -> str:
        words = self.words
        parts = [] if is_judged else [words("survey.reference")]
        if estimate.get("ci_reliable") is False:
            reasons = words("join.list").join(words.of("ci", one) for one in estimate.get("ci_reasons") or ())
            parts.append(words("survey.unsure", reasons=reasons))
        return words("join.parts").join(parts)

    def _interval_text(self, low: float | None, high: float | None) -> str:
        if low is None or high is None:
            return ABSENT
        return self.words("survey.interval", low=self._rate_text(low), high=self._rate_text(high))

    def _interval_sentence(self) -> str:
        verdict = self.found.get("interval_verdict")
        if not isinstance(verdict, str):
            return ""
        interval = self._interval_text(*(self._by_unit(self.found["unit"]).get("ci95") or (None, None)))
        sentence = sampling_error_sentence(verdict, self.threshold, self.words.language)
        return self.words("survey.interval_sentence", interval=interval, sentence=sentence)

    def _turning_sentence(self) -> str:
        turning = self.found.get("answers_to_fail")
        if turning is None:
            return ""
        unit = self.words.of("turning_unit", self.found["unit"])
        return self.words(
            "survey.turning", count=show(turning, COUNT), unit=unit, threshold=show_threshold(self.threshold, PERCENT)
        )

    def _sample_sentence(self, sample: Mapping[str, Any]) -> str:
        key = "survey.sample_valid" if sample["is_valid"] else "survey.sample_invalid"
        withheld = sum(sample.get("withheld", {}).values())
        responses = show(self.found.get("responses", sample["valid"] - withheld) + withheld, COUNT)
        sentence = self.words(
            key, responses=responses, valid=show(sample["valid"], COUNT), required=show(sample["required"], COUNT)
        )
        if not withheld:
            return sentence
        told = self.words("survey.sample_withheld", withheld=show(withheld, COUNT))
        return self.words("join.sentences").join((sentence, told))

    def _notes(self) -> tuple[str, ...]:
        keys = ["survey.note_index", "survey.note_sampling"]
        overall = self.found.get("estimates", {}).get("items", {}).get(self.found.get("item", JUDGED_ITEM), {})
        design = []
        if overall.get("deff") is not None:
            design = [
                self.words(
                    "survey.design",
                    deff=show(overall["deff"], DESIGN_EFFECT),
                    df=show(overall.get("df"), DESIGN_EFFECT),
                )
            ]
        return (*(self.words(key) for key in keys), *design)
