"""A small neural-network library in NumPy, with PyTorch's names and meanings.

Start with lessons/00_start_here.ipynb. Importing nnlib imports NumPy and nothing else:
no matplotlib, no ipywidgets, no torch.
"""

from nnlib import nn, optim
from nnlib.random import manual_seed
from nnlib.serialization import load, load_checkpoint, save, save_checkpoint

__version__ = "0.1.0"
