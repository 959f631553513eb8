"""Networks whose trained weights come with the library, in weights/."""

from pathlib import Path

from nnlib import nn
from nnlib.expect import restore
from nnlib.serialization import load

WEIGHTS = Path(__file__).parent / "weights"


def mnist_network():
    """The reference network 784-256-128-10, fresh: images (N, 28, 28) to logits (N, 10).

    Images are float32 from 0 (background) to 1 (full ink).
    """
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 256),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(256, 128),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(128, 10),
    )


def mnist_mlp():
    """The reference network, trained on MNIST's 60,000 training images, in eval mode.

    About 98% of the 10,000 test images are read correctly. CONTRIBUTING.md says how the weights
    were made. Raises FileNotFoundError when their file is missing, ValueError when it is damaged.
    """
    path = WEIGHTS / "mnist_mlp.npz"
    model = mnist_network()
    try:
        model.load_state_dict(load(path))
    except (FileNotFoundError, ValueError) as error:
        state = "missing" if isinstance(error, FileNotFoundError) else "damaged"
        how = f"To restore them, {restore('nnlib/weights/mnist_mlp.npz')}"
        raise type(error)(f"The trained weights {path} are {state}. {how}") from None
    return model.eval()
