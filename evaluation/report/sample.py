"""Why a survey's sample is not valid, with the numbers that make it so."""

import math
from collections.abc import Mapping
from typing import Any

from evaluation.report.context import Context
from evaluation.report.numbers import COUNT, PERCENT, show, show_threshold
from evaluation.survey.parameters import exact_share


def reason_text(context: Context, reason: str) -> str:
    """Why a sample is not valid, in words: `too_few`, `parents`, `unbalanced:teacher,public`; with numbers where the survey tells them."""
    sample = (context.assessment.recognition or {}).get("sample", {})
    kind, _, groups = reason.partition(":")
    named = tuple(one for one in groups.split(",") if one)
    counted = {"too_few": _too_few, "parents": _parents, "unbalanced": _unbalanced}.get(kind)
    if counted is not None and sample.get("by_group") and (kind != "unbalanced" or sample.get("band")):
        return counted(context, sample, named)
    names = context.words("join.list").join(context.words.group(one) for one in named)
    return context.words.of("sample", kind, groups=names)


def _too_few(context: Context, sample: Mapping[str, Any], groups: tuple[str, ...]) -> str:
    valid, required = sample["valid"], sample["required"]
    return context.words(
        "sample_counted.too_few",
        valid=show(valid, COUNT),
        required=show(required, COUNT),
        short=show(required - valid, COUNT),
    )


def _parents(context: Context, sample: Mapping[str, Any], groups: tuple[str, ...]) -> str:
    share = sample["parents_share"]
    return context.words(
        "sample_counted.parents",
        parents=show(sample["by_group"]["parent"], COUNT),
        valid=show(sample["valid"], COUNT),
        share=show_threshold(share, PERCENT),
        needed=show(math.ceil(exact_share(share) * sample["valid"]), COUNT),
    )


def _unbalanced(context: Context, sample: Mapping[str, Any], groups: tuple[str, ...]) -> str:
    words = context.words
    low, high = sample["band"]
    found = (
        words("sample_counted.group", group=words.group(one), count=show(sample["by_group"][one], COUNT))
        for one in groups
    )
    return words(
        "sample_counted.unbalanced",
        groups=words("join.list").join(found),
        tolerance=show_threshold(sample["balance_tolerance"], PERCENT),
        low=show(low, COUNT),
        high=show(high, COUNT),
    )
