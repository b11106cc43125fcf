"""The page that answers."""

from ui import chat

chat.draw()
