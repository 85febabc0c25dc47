"""Rules of the survey as plain values and functions: no Flask, no SQLAlchemy."""
