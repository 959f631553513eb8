"""Layers and losses, named and behaving as in torch.nn, each with its own backward()."""

from nnlib.nn import functional, init, utils
from nnlib.nn.activation import LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from nnlib.nn.batchnorm import BatchNorm1d
from nnlib.nn.container import Residual, Sequential
from nnlib.nn.conv import Conv2d, MaxPool2d
from nnlib.nn.dropout import Dropout
from nnlib.nn.flatten import Flatten
from nnlib.nn.linear import Linear
from nnlib.nn.loss import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from nnlib.nn.module import Module, Parameter
