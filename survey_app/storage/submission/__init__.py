"""What a form writes: its code is used, its envelopes are put, its places are claimed, all in one transaction or not at all.

In reading order: `committing` (several forms, one commit), `statements` (each must find its row). What runs the statements on the driver is `storage/prepared.py`.
"""
