"""The page on which a language model is chosen and tried."""

from ui import models

models.draw()
