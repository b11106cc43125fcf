"""The library for other assistants: an MCP server whose tools only read.

``server`` is the way in. The SDK is known to this room alone, and need not be installed.
"""
