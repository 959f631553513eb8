"""The mathematics behind the explorers: plain NumPy, no widgets. Lessons import it too."""
