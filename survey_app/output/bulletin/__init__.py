"""The daily bulletin of a running campaign: one A4 page, as PDF and for Word. Counts only, never a rate or an answer.

`contents` is what it says; `pdf` and `docx` are written from it and from nothing else.
"""
