"""What a learner meets: check, hint, quiz, progress, doctor."""
