"""The daily bulletin of a running campaign: one A4 page, as PDF and for Word. Counts only, never a rate or an answer."""
