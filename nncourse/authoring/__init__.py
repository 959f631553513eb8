"""What an author runs: store lessons, make exercises/ from solutions/, keep the rules."""
