"""The exit statuses, which other programs rely on."""

OK, FAILED, WRONG_USAGE, ABSTAINED = 0, 1, 2, 3
