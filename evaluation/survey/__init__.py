"""The survey of social recognition: instrument, sample, responses, rate and its uncertainty."""
