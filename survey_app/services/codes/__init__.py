"""Codes on paper: issued, cancelled and replaced, looked up at the desk, and sheets that are keyed in for people without a phone.

Promised: in clear a code exists in the files that are handed out and nowhere else; what staff do with a code is told once a day, apart from
it. In reading order: `issuing`, `cancelling` and what both have in common (`changes`), `desk`, `keying`, `daily_audit`.
"""
