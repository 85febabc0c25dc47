"""A copy of the survey, and putting it back (docs/anonymity.md, docs/operations.md).

Promised: a copy is whole or not there; nobody votes twice after a copy was put back; what is lost is counted and told. In reading order:
`copied_files` (what a copy consists of), `making`, `restoring`.
"""
