"""Questions asked of a trace: what layers cost, what is wasted."""
