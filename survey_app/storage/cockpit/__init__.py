"""What the staff's pages show of running campaigns: counters only, never answers; the number of queries does not grow with the answers.

In reading order: `overview` (all campaigns at once), `monitoring` (one campaign), `readings` (the counters over time).
"""
