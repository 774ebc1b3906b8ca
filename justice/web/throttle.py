"""How often one network address may ask for a page that is open to everybody.

Counted in the memory of each process, by a hash: the address itself is kept nowhere. Behind a proxy that hides who
asks, everybody counts as one, so a limit is set with that in mind.
"""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.http import HttpRequest

MINUTE = 60  # seconds


def too_often(request: HttpRequest, page: str, most: int) -> bool:
    """Count this request, and say whether it is more than `most` in a minute."""
    address = hashlib.sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()
    key = f"asked:{page}:{address}"
    cache.add(key, 0, MINUTE)
    try:
        return cache.incr(key) > most
    except ValueError:  # its minute ended just now
        return False
