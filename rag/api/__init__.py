"""The library for other programs, over HTTP: ``/api/ask``, ``/api/documents``, a token for all.

``application`` is the way in. FastAPI is known to this room alone, and need not be installed.
"""
