"""Reports written from an Assessment and nothing else: assessment.json, report.html, report.docx and ledger.xlsx.

Promised: the same assessment gives the same bytes; a rounded number never contradicts the verdict beside it; page and Word file say the same.
Importing this package loads none of the writers. In reading order: `writing` makes the files. `contents` is the whole report as text, of which
each part has a module: `conclusion`, `indicators` (`figures`, `sentences`), `resources`, `schools`, `survey` (`sample`), `scores`; these share
`context` and `numbers`. `html` lays it out as a page (`templating`, `charts`); `docx` as a Word file: `docx_opening`, `docx_schools`, `docx_survey`,
`docx_closing`, made of the pieces of `docx_filing`, `docx_tables`, `docx_styles`. The ledger: `ledger` (rows), `ledger_workbook`,
`ledger_carry` (what people typed in the old one).
"""
