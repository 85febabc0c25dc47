"""A county's road to a signed verdict: its workbook, what evaluators enter, its survey, the verdict, and the signature.

Promised: nothing that was entered is lost, each number has its version and its author, and what was signed stays as it was signed. In
reading order: `starting`, `uploading` (with `differences`, `problems`, `workbook_entries`), `entering` and `scoring` (on `entries`, `photos`,
`score_views`), `judging` (from `sources`, which also make the empty workbook; `stored_results` is how results are stored),
`overview`, `signing`, `files`; `jobs` is what of it takes long.
"""
