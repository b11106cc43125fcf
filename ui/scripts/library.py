"""The page that lists the documents and takes in new ones."""

from ui import library

library.draw()
