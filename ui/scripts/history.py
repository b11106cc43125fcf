"""The page of this browser's chats."""

from ui import history

history.draw()
