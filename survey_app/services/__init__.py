"""Use cases: each function opens the transaction it needs and raises domain errors."""
