"""Makes the catalog's data files; maintainers run it, the tool never imports it."""
