"""What a page needs to run the explorers: their JavaScript, one style sheet, weights and images."""

import shutil
import zlib
from pathlib import Path

from docs.weights import packed
from nnlib.widgets.base.javascript import HERE, style
from nnlib.widgets.base.test_images import packed_images
from nnlib.widgets.models.codes import packed_components


def write_explorers(folder):
    """Write explorers.css and the folder explorers/ into a folder of a site."""
    folder = Path(folder)
    for file in HERE.rglob("*.js"):
        target = folder / "explorers" / file.relative_to(HERE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    names = sorted(file.stem for file in HERE.glob("*.css"))
    (folder / "explorers.css").write_text(style(*names), encoding="utf-8")
    data = {"weights": packed(), "digits": packed_images(), "components": packed_components()}
    for name, content in data.items():
        (folder / "explorers" / f"{name}.bin").write_bytes(zlib.compress(content, 9))
