"""The base of the showpieces: JavaScript computes and draws, Python shares its state."""

import base64
import io

import anywidget
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class Showpiece(anywidget.AnyWidget):
    """A page of JavaScript whose settings are traits: what is moved there is set here, and back.

    A subclass gives `_esm`, `_css`, the settings as traits, draw() and describe().
    """

    size = (7.4, 3.6)  # inches, of the still picture

    def draw(self, figure):
        """Draw the present state on a Figure: the still picture of the stored notebook."""
        raise NotImplementedError

    def describe(self):
        """Return what is shown in a sentence or two."""
        raise NotImplementedError

    def settings(self):
        """The names of the settings, in the order in which they are written."""
        return list(self.class_trait_names(sync=True, setting=True))

    def set(self, **values):
        """Change several settings at once; ValueError names one that does not exist."""
        unknown = set(values) - set(self.settings())
        if unknown:
            raise ValueError(
                f"{type(self).__name__} has no setting {', '.join(sorted(unknown))}. "
                f"It has: {', '.join(self.settings())}."
            )
        with self.hold_sync():
            for name, value in values.items():
                setattr(self, name, value)
        return self

    def still(self):
        """The present state as a picture: PNG bytes, 200 pixels an inch."""
        figure = Figure(figsize=self.size, dpi=200, layout="constrained")
        FigureCanvasAgg(figure)
        self.draw(figure)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=200)
        return file.getvalue()

    def __repr__(self):
        return self.describe()

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        # the still picture of the stored notebook: GitHub, nbconvert, no kernel
        data["image/png"] = base64.b64encode(self.still()).decode("ascii")
        data["text/plain"] = self.describe()
        width, height = (round(100 * inches) for inches in self.size)
        return data, {**metadata, "image/png": {"width": width, "height": height}}
