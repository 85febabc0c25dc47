"""What a monitor sees of a running campaign: never a rate, an answer or a comment."""
