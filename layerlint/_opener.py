"""Requests over http and https alone, by the proxies of the environment."""

from __future__ import annotations

import urllib.request


def opener(redirects: urllib.request.HTTPRedirectHandler) -> urllib.request.OpenerDirector:
    # Not `build_opener`: it also opens file:, ftp: and data:.
    director = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        redirects,
    ):
        director.add_handler(handler)
    return director
