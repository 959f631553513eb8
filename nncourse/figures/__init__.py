"""Pictures that lessons draw: diagrams of networks, grids of images, decisions in the plane."""
