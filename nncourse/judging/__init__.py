"""What an exercise is, and how an answer is judged: once, for check() and the grader."""
