"""Who may sign in, and how: accounts, passwords, second factors, sessions, tokens of programs, and limits on trying.

Promised: nothing in the database or in a copied key file opens a session; guessing stops the guesser and nobody else; each act is logged
in its own transaction. In reading order: `users`, `passwords`, `sign_in`, `second_factor`, `sessions`, `tokens`, `rate_limits`.
"""
