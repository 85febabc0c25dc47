"""The transparency log of a campaign, which is only appended to, and what its last entry covers.

In reading order: `transparency_log`, `sealing`.
"""
