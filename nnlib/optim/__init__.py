"""Optimizers and learning-rate schedulers, named and behaving as in torch.optim."""

from nnlib.optim import lr_scheduler
from nnlib.optim.adam import Adam, AdamW
from nnlib.optim.optimizer import Optimizer
from nnlib.optim.rmsprop import RMSprop
from nnlib.optim.sgd import SGD
