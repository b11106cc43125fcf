"""Pure measures, a run that reports them, and the page and files that keep it."""
