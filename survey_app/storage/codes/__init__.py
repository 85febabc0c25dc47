"""Codes, by their HMAC: the database never holds a code, and nothing here leads on to an answer.

In reading order: `issuing` (issue, cancel, replace), `desk` (one code with its place and state; sheets of paper between their two typings).
"""
