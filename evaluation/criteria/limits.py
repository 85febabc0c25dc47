"""Clauses in which every school, class or subject must keep a limit."""

from itertools import chain

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.criteria.extremes import LABEL_JOIN, count_asked, extreme_rows, value_evidence
from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.numeric import is_at_least, is_less, is_more
from evaluation.rulebook.tests import ClassSize, FundedPupils, Monitoring, SchoolSize, TrainingShare
from evaluation.verdicts import FAILURE_COLUMNS, ClauseVerdicts, Rows, all_of, rows_of, status_of

_SCHOOL = ["county", "school"]


def sum_by_school(rows: pd.DataFrame, fields: list[str]) -> pd.DataFrame:
    """Sums of `fields` over a school's rows; name, stage and row are those of its first row (columns county, school, name, stage, row, fields)."""
    grouped = rows.groupby(_SCHOOL, sort=False)
    return (
        grouped.agg(name=("name", "first"), stage=("stage", "first"), row=("row", "first"))
        .join(grouped[fields].sum())
        .reset_index()
    )


def _failures(failing: pd.DataFrame, actual: str, table: str, field: str, unit: str, label: str = "") -> pd.DataFrame:
    texts = {"unit": unit, "table": table, "field": field}
    labelled = failing if "label" in failing else failing.assign(label=label)
    return labelled.rename(columns={actual: "actual"}).assign(**texts)[FAILURE_COLUMNS]


def judge_school_size(counties: JudgedCounties, test: SchoolSize) -> ClauseVerdicts:
    """Pupils of a school's rows in these stages, together, ≤ limit; no school of the kinds: nothing to judge."""
    schools = counties.facts.school_stages
    asked = schools[schools["kind"].isin(test.kinds) & schools["stage"].isin(test.stages)]
    sizes = sum_by_school(asked, ["pupils"])
    failing = sizes[is_more(sizes["pupils"], test.at_most)].assign(required=float(test.at_most))
    return ClauseVerdicts(
        status=status_of(counties.count_rows(failing) == 0),
        judges_schools=True,
        list_failures=lambda: rows_of(_failures(failing, "pupils", "school_stages", "pupils", "pupil")),
        list_evidence=lambda: _asked_and_extreme(counties, sizes, "largest_school", "pupils", "pupil", "pupils"),
    )


def _asked_and_extreme(
    counties: JudgedCounties, schools: pd.DataFrame, key: str, value: str, unit: str, field: str
) -> Rows:
    """How many schools were asked, and the one with the extreme value that `key` names."""
    found = extreme_rows(schools, value, "largest" if key.startswith("largest") else "least")
    return [
        *count_asked(counties, "asked_schools", counties.count_rows(schools)),
        *value_evidence(found, key, value, unit, "school_stages", field),
    ]


def judge_class_size(counties: JudgedCounties, test: ClassSize) -> ClauseVerdicts:
    """Each class ≤ limit. A band of a size distribution that the limit cuts in two can't be judged: missing, unless another class fails."""
    classes = counties.facts.classes
    listed = classes[classes["stage"] == test.stage]
    of_stage = listed[listed["count"] > 0]
    fails = is_more(of_stage["pupils_min"], test.at_most)
    is_open = ~fails & is_more(of_stage["pupils_max"], test.at_most)
    failing = _named(counties, of_stage[fails]).assign(required=float(test.at_most))
    is_known = _has_listed_classes(counties, listed, test.stage) & ~counties.any_row(of_stage[is_open])
    return ClauseVerdicts(
        status=all_of([status_of(~counties.any_row(failing)), status_of(True, is_known)]),
        judges_schools=True,
        list_failures=lambda: _class_failures(failing),
        list_evidence=lambda: _class_evidence(counties, of_stage),
    )


def _class_failures(failing: pd.DataFrame) -> Rows:
    is_band = failing["pupils_max"] > failing["pupils_min"]
    failures = _failures(failing, "pupils_min", "classes", "pupils_min", "pupil")
    return rows_of(failures.assign(count=failing["count"], is_at_least=is_band))


def _has_listed_classes(counties: JudgedCounties, listed: pd.DataFrame, stage: str) -> npt.NDArray[np.bool_]:
    """Which counties say something of the classes of a stage, or have no school of it; a sheet silent about the whole stage says nothing."""
    schools = counties.facts.school_stages[counties.facts.school_stages["stage"] == stage]
    is_silent = counties.any_row(schools[schools["classes"] > 0]) & ~counties.any_row(listed)
    known: npt.NDArray[np.bool_] = (counties.supplies("classes") | ~counties.any_row(schools)) & ~is_silent
    return known


def _class_evidence(counties: JudgedCounties, classes: pd.DataFrame) -> Rows:
    """How many classes were asked, and the largest; of a band only the least number of pupils is known."""
    counts = np.bincount(counties.positions(classes), weights=classes["count"], minlength=len(counties.codes))
    largest = _named(counties, extreme_rows(classes, "pupils_min", "largest"))
    labelled = largest.assign(label=largest["name"] + LABEL_JOIN + largest["label"])
    is_band = labelled["pupils_max"] > labelled["pupils_min"]
    parts = [("largest_class", labelled[~is_band]), ("largest_class_at_least", labelled[is_band])]
    return [
        *count_asked(counties, "asked_classes", counts),
        *chain(*(value_evidence(rows, key, "pupils_min", "pupil", "classes", "pupils_min") for key, rows in parts)),
    ]


def _named(counties: JudgedCounties, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of another table with the school's name."""
    names = counties.facts.school_stages.drop_duplicates(_SCHOOL)[[*_SCHOOL, "name"]]
    return rows.merge(names, on=_SCHOOL, how="left").fillna({"name": ""})


def judge_funded_pupils(counties: JudgedCounties, test: FundedPupils) -> ClauseVerdicts:
    """Each small school of the kinds (and locations) is funded for at least so many pupils; no small school: nothing to judge."""
    schools = counties.facts.school_stages
    is_asked = schools["kind"].isin(test.kinds) & (schools["stage"] == test.stage)
    if test.locations:
        is_asked &= schools["location"].isin(test.locations)
    small = schools[is_asked & is_less(schools["pupils"], test.under_pupils)]
    failing = small[~is_at_least(small["funded_pupils"], test.at_least)].assign(required=float(test.at_least))
    is_known = ~counties.any_row(small[small["funded_pupils"].isna()])
    return ClauseVerdicts(
        status=all_of([status_of(~counties.any_row(failing)), status_of(True, is_known)]),
        judges_schools=True,
        list_failures=lambda: rows_of(_failures(failing, "funded_pupils", "school_stages", "funded_pupils", "pupil")),
        list_evidence=lambda: _asked_and_extreme(
            counties, small, "least_funded", "funded_pupils", "pupil", "funded_pupils"
        ),
    )


def judge_training_share(counties: JudgedCounties, test: TrainingShare) -> ClauseVerdicts:
    """Σ training ≥ share × Σ budget of each school's rows in these stages; a budget of 0 asks for nothing."""
    schools = counties.facts.school_stages
    sums = sum_by_school(schools[schools["stage"].isin(test.stages)], ["budget_yuan", "training_yuan"])
    sums = sums.assign(share=sums["training_yuan"] / sums["budget_yuan"].where(sums["budget_yuan"] > 0))
    failing = sums[~is_at_least(sums["training_yuan"], test.at_least * sums["budget_yuan"])]
    failing = failing.assign(required=test.at_least)
    return ClauseVerdicts(
        status=status_of(counties.count_rows(failing) == 0),
        judges_schools=True,
        list_failures=lambda: rows_of(_failures(failing, "share", "school_stages", "training_yuan", "share")),
        list_evidence=lambda: _asked_and_extreme(counties, sums, "least_share", "share", "share", "training_yuan"),
    )


def judge_monitoring(counties: JudgedCounties, test: Monitoring) -> ClauseVerdicts:
    """Every subject reaches the level and stays under the dispersion; no monitoring results: missing."""
    subjects = counties.facts.monitoring
    is_good = is_at_least(subjects["level"], test.level_at_least) & is_less(
        subjects["dispersion"], test.dispersion_below
    )
    return ClauseVerdicts(
        status=status_of(~counties.any_row(subjects[~np.asarray(is_good)]), counties.supplies("monitoring")),
        list_evidence=lambda: _subject_evidence(subjects),
    )


def _subject_evidence(subjects: pd.DataFrame) -> Rows:
    """Level and dispersion of each subject, in the order of the sheet."""
    levels = subjects.assign(key="monitoring_level", value=subjects["level"].astype(float), field="level", unit="")
    shares = subjects.assign(
        key="monitoring_dispersion", value=subjects["dispersion"], field="dispersion", unit="share"
    )
    both = pd.concat([levels, shares]).sort_values(["county", "row"], kind="stable")
    return rows_of(both.rename(columns={"subject": "label"}).assign(table="monitoring"))
