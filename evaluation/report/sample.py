"""Why a survey's sample is not valid, with the numbers that make it so."""

import math

from evaluation.report.context import Context
from evaluation.report.numbers import COUNT, PERCENT, show, show_threshold
from evaluation.survey.parameters import exact_share
from evaluation.survey.sampling import Sample


def reason_text(context: Context, reason: str) -> str:
    """Why a sample is not valid, in words: `too_few`, `parents`, `unbalanced:teacher,public`; with numbers where the survey tells them."""
    survey = context.assessment.recognition
    kind, _, groups = reason.partition(":")
    named = tuple(one for one in groups.split(",") if one)
    if survey is not None and kind == "too_few":
        return _too_few(context, survey.sample)
    if survey is not None and kind == "parents":
        return _parents(context, survey.sample)
    if survey is not None and kind == "unbalanced" and survey.sample.band:
        return _unbalanced(context, survey.sample, survey.sample.band, named)
    names = context.words("join.list").join(context.words.group(one) for one in named)
    return context.words.of("sample", kind, groups=names)


def _too_few(context: Context, sample: Sample) -> str:
    valid, required = sample.valid, sample.required
    return context.words(
        "sample_counted.too_few",
        valid=show(valid, COUNT),
        required=show(required, COUNT),
        short=show(required - valid, COUNT),
    )


def _parents(context: Context, sample: Sample) -> str:
    share = sample.parents_share
    return context.words(
        "sample_counted.parents",
        parents=show(sample.by_group["parent"], COUNT),
        valid=show(sample.valid, COUNT),
        share=show_threshold(share, PERCENT),
        needed=show(math.ceil(exact_share(share) * sample.valid), COUNT),
    )


def _unbalanced(context: Context, sample: Sample, band: tuple[int, int], groups: tuple[str, ...]) -> str:
    words, (low, high) = context.words, band
    counts = {str(group): number for group, number in sample.by_group.items()}
    found = (words("sample_counted.group", group=words.group(one), count=show(counts[one], COUNT)) for one in groups)
    return words(
        "sample_counted.unbalanced",
        groups=words("join.list").join(found),
        tolerance=show_threshold(sample.balance_tolerance, PERCENT),
        low=show(low, COUNT),
        high=show(high, COUNT),
    )
