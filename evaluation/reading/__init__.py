"""A county's statistics workbook: reading it into facts, and the empty one to fill in.

Promised: every problem of the whole workbook is told at once, each with its cell, and no number is guessed; what is only odd is a warning and
changes nothing. What a rulebook asks comes in as a value (`asked`). In reading order: `columns` is the workbook as data, with the words of
`vocabulary`; `county` is the way through: `tables` opens the file (`xlsx`, `csv_folder`), `headers` finds the columns, `rows` types each cell
(`cells`), `basics` the two sheets of single figures; `checks` compares rows and sheets, `warnings` (with `figures`) tells what is odd; `sharing`
splits the totals of multi-stage schools, and `building` makes the facts. `template` writes the empty workbook from the same columns.
"""
