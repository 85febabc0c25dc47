"""What happens to answers between the phone and the closing: they wait sealed, are turned over, counted, and let out in crowds.

Promised: used codes = envelopes + answers + withheld + lost, at any moment; nobody reads an answer before the closing; none comes out in a
crowd of fewer than k. In reading order: `worker` (the round every five seconds), `turnover`, `envelopes`, `settling` (where the count does
not agree), `releasing` (the closing's part).
"""
