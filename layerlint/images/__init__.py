"""Real images, wherever they are kept, read into the layers and trees that a forecast is made of."""
