"""Rules of the survey as plain values and functions: no Flask, no SQLAlchemy, nothing that is read or written but the key directory.

A campaign: `campaigns` (states, when a form is taken), `quotas` (the plan), `units`, `crowds` (who comes out with whom), `timeline`,
`forecast` and `outlook` (where it is heading), `disclosure` (what may be shown). A sheet's way: `codes`, `start_token`, `answers`,
`sheet`, `envelope`, `receipts`, `paper` (keyed in). Keys: `keys`, `recovery`. The log that proves it: `seal`. The office: `staff`,
`passwords`, `second_factor`, `audit`, `assessments`, `jobs`. Under all of it: `clock`, `errors`, `stable_json`, `network`, `threads`, `bug_reports`.
"""
