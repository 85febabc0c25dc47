"""The staff's accounts: who may sign in, who is signed in, and how often one may try.

In reading order: `users`, `staff_sessions`, `second_factors`, `tokens` (of programs), `rate_limits` (which also counts unknown codes and calls
of programs).
"""
