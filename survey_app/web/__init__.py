"""Pages: a view loads, calls a service, and renders a context; it holds no rule.

`application` puts it together. Respondents: `respondent`, `blank_form`, `contexts`, `receipt_page`, `patience` (slow phones). Who may:
`access` (what views declare), `guard` (enforces it), `counties`, `auth`, `second_factor`, `sessions`, `throttle`, `kept_forms`. Staff:
`staff`, `staff_pages`, `staff_words`, `navigation`, `admin`, `campaigns/`, `desk/`, `assessments/`, `jobs/`. Programs: `api`, `openapi`,
`health`, `metrics`. Every answer: `security`, `errors`, `staff_errors`, `languages`, `addresses`, `served_path`, `client`, `proxies`,
`requests_of_nobody`, `installation`.
"""
