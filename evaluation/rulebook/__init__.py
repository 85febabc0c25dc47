"""Rulebooks: a province's rule as data, read strictly.

Promised: nothing has a default, every threshold has its citation, and a file with a mistake is refused with all its mistakes, each with line and
column. In reading order: `model` is the shape of a file, `tests` the closed list of what a clause may ask; `loading` reads a file and `checks`
holds its parts against each other; `asked` tells the reader of workbooks what the rule needs; `document` writes docs/rulebooks.md.
"""
