"""What every explorer stands on: the living picture, its controls, text, numbers, JavaScript."""
