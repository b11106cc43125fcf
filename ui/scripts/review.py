"""The page on which answers are checked."""

from ui import review

review.draw()
