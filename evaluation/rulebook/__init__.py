"""Rulebooks: a province's rule as data, read strictly."""
