"""The only place that speaks SQLAlchemy: tables, transactions, and the queries of each part.

Tables: `tables` (the survey), `staff_tables`, `office_tables`, `assessment_tables`, `job_tables`; `schema` is all of them. Engines and transactions:
`session`, `greenlets`, `migrating`, `copying`, `file_lock`, `mixer_lock`, `health`, `heartbeats`. A submission: `submissions`, `committing`,
`prepared`. Queries, by what they are about: `campaigns`, `planning`, `issuing`, `counters`, `balance`, `pools`, `responses`, `results`,
`sealing`, `transparency_log`, `receipt_list`, `desk`, `parcels`, `monitoring`, `readings`, `overview`, `assessments`, `entries`, `files`,
`jobs`, `users`, `staff_sessions`, `second_factors`, `tokens`, `rate_limits`, `audit`.
"""
