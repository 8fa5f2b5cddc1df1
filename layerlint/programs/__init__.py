"""What programs need of the root file system that they run on, read from their sources and headers."""
