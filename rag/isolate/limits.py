"""What one file may take; the time alone is a setting (``Settings.parse_seconds``)."""

MEMORY_BYTES = 1024**3  # a text of ten million words, the largest file, takes half of it
LONGEST_REQUEST_BYTES = 64 * 1024  # a name and two numbers
LONGEST_TEXT_BYTES = 128 * 1024**2
LONGEST_FACTS_BYTES = 32 * 1024**2  # some million blocks: twice what 50 MB of prose has
LARGE_FILE_BYTES = 8 * 1024**2  # the memory that a larger one took does not come back by itself
