"""The Dockerfile language as BuildKit reads it: a lossless syntax with a span for everything."""
