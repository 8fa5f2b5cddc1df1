"""Which base root file system would do for the final stage, why, and what it would save."""
