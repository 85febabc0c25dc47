"""A campaign's rows: its frozen texts and state, its plan, and the counters that its groups and schools are held by.

Promised: a state only moves forward; whoever moves a counter holds the row of its group. In reading order: `campaigns`, `counters` (and their
locks).
"""
