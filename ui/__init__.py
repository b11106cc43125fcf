"""The pages of the chat: everything that knows Streamlit.

``scripts/`` holds what Streamlit runs, one file a page; ``citations/``, ``passage/``, ``sheet/``,
``tables/`` and ``window/`` are its components. Text from documents and people reaches the page
only through ``st.text`` or a component's ``textContent``: never as Markdown or HTML.
"""
