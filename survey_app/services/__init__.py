"""Use cases: each function opens the transaction it needs and raises domain errors.

Divided by what the office does: `campaigns/`, `codes/`, `submission/`, `mixing/`, `cockpit/`, `assessments/`, `accounts/`, `backup/`;
`results` and `published_results` once a campaign is closed; `transparency_log`. What several use: `installation` (what a
service works on), `starting_up`, `health`, `audit`, `jobs`, `parcels`, `recent_results`, `counties`, `demo`.
"""
