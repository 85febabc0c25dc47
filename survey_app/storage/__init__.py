"""The only place that speaks SQLAlchemy: tables, transactions, and the queries of each area. It decides nothing that `domain` can decide.

Tables: `tables` (the survey), `staff_tables`, `office_tables`, `assessment_tables`, `job_tables`; `schema` is all of them. Engines and transactions:
`session`, `greenlets`, `file_lock`, `prepared` (statements on the driver's cursor), `migrating`, `copying`, `health`, `heartbeats`. Queries are
divided as the services are: `campaigns/`, `codes/`, `submission/`, `mixing/`, `accounts/`, `assessments/`, `cockpit/`, and for the
services that stand alone `results`, `transparency_log`, `jobs`, `parcels`, `audit`.
"""
