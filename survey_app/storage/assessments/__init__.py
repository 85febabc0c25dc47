"""A county's assessment: what was uploaded, entered, judged and signed. Rows are added; none of these is changed.

In reading order: `assessments`, `files` (kept once, under their SHA-256), `entries` (of evaluators, with their photos).
"""
