"""A survey from its file to its closing: planned, created, opened, its end moved, units declared void, closed.

Promised: states only move forward; what respondents were told at the opening (the terms) is what is kept, whatever the database says
later. In reading order: `file` and `file_shape`, `schools` (by `school_columns`, or from the workbook), `planning`, `lifecycle` (create, open), `terms`,
`warnings`, `served_paths`, `voiding`, `closing`; `jobs` has made what is taken along; `new/` makes a campaign in the browser.
"""
