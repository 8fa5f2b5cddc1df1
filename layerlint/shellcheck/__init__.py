"""ShellCheck over the scripts of a Dockerfile: what it is given, how it is run, where its words belong.

It is a program of its own under the GPL, never imported; without it nothing here does anything.
"""
