"""Pure measures, and a run that reports them."""
