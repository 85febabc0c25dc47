"""The survey of social recognition: instrument, sample, responses, rate and its uncertainty.

Promised: the same responses give the same rate whether they come from a file or from the service; formulas and sources are in
docs/statistics.md, and a sample that is not valid is said to be so, with the reasons. In reading order: `groups`, the respondents; `parameters`,
what a rulebook lays down. Before the survey: `questionnaire` (with `questionnaire_checks`), `sampling` (how many), `allocation` and `drawing`
(which schools), `completion` (what is still needed). After it: `from_files` reads `responses` (`csv_text`, `responses_cells`), `frames` and what
the service knows beside (`labels`); `recognition` is the result: `tallies` counts, `interval` estimates.
"""
