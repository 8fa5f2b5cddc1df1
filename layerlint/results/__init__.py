"""Reports kept for a second run: of a file of which nothing has changed that its report was made from."""
