"""Sealed answers between the phone and the closing: envelopes wait in pools, are counted, and come out as answers that know no code.

In reading order: `pools` (and the envelopes in them), `balance` (as many sheets as used codes), `mixer_lock` (one mixer at a time).
What came out is stored by `storage/results.py`.
"""
