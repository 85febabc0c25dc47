"""The questionnaire of the benchmark: the length of those in `questionnaires/`, with a comment."""

QUESTIONS = 14
