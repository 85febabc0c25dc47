"""What a monitor sees of a running campaign: never a rate, an answer or a comment.

`monitoring` (quotas and counts, for programs too), `readings` (hourly, for the timeline), `reading` (the cockpit from both), `schools`,
`alerts`, `sentences`, `daily` (the bulletin's texts); over all campaigns and counties: `overview`.
"""
