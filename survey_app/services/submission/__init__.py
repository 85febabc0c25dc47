"""A code's form, and its one answer.

Promised: a form that was acknowledged is stored, once; the same form sent again gets the same receipt. In reading order: `submitting`,
`guessing` (unknown codes), `receipts` (the published list).
"""
