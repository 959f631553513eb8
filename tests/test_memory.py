import subprocess
import sys

TRAIN = """
import resource, sys
from nnlib import nn, optim, manual_seed
from nnlib.data import ArrayDataset, DataLoader, to_float
from nnlib.datasets import mnist
from nnlib.training import fit

manual_seed(0)
train, test = (ArrayDataset(x, y, transform=to_float) for x, y in mnist())
model = nn.Sequential(
    nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2),
    nn.Linear(256, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10),
)
optimizer = optim.Adam(model.parameters(), lr=0.001)
history = fit(
    model, nn.CrossEntropyLoss(), optimizer, DataLoader(train, 64, shuffle=True), test,
    max_epochs=1, progress=False,
)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS, else kilobytes
print(history["val_accuracy"][0], peak / (1024**2 if sys.platform == "darwin" else 1024))
"""
# a process starts with its parent's peak, which here is pytest's: so a small one stands between
SMALL_PARENT = """
import subprocess, sys
sys.exit(subprocess.run([sys.executable, "-c", sys.stdin.read()]).returncode)
"""


def test_training_on_mnist_needs_at_most_500_megabytes():
    command = [sys.executable, "-c", SMALL_PARENT]
    done = subprocess.run(command, input=TRAIN, capture_output=True, text=True, check=True)
    accuracy, megabytes = map(float, done.stdout.split())
    print(f"one epoch of MNIST: {megabytes:.0f} MB at the peak, {accuracy:.2%} of the test set")
    assert accuracy > 0.94
    assert megabytes <= 500
