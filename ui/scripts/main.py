"""What Streamlit runs first on every page: the frame, and the page that was chosen."""

from ui import frame

frame.draw()
