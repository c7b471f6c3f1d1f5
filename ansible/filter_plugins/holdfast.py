"""What a line may say on NATS; the same as `cli/permissions.ts`, which a test compares."""

from __future__ import annotations

import re

DOMAIN = "hub"
CENTRAL_INBOX = "_INBOX_central"


def token(name):
    """A name as one token of a subject: anything but letters, digits, _ and - becomes =XX."""
    return "".join(
        chr(byte) if re.fullmatch(r"[A-Za-z0-9_-]", chr(byte)) else f"={byte:02x}"
        for byte in name.encode("utf-8")
    )


def permissions(lines):
    """What an edge with these lines may publish and subscribe to, and no more."""
    paths = [[token(name) for name in line.split("/")] for line in lines]
    if not paths or any(len(path) != 4 for path in paths):
        raise ValueError("lines: must be a list of enterprise/site/area/line")
    publish, subscribe = [], []
    for path in paths:
        line = ".".join(path)
        asked = ("evt", "live", "enrol", "history", "stray", "cmd")
        publish += [f"hf.{what}.{line}" for what in asked]
        for stream, what in (("HF_EVT", "evt"), ("HF_KEPT", "kept")):
            publish.append(f"$JS.{DOMAIN}.API.DIRECT.GET.{stream}.hf.{what}.{line}")
        subscribe += [f"hf.{what}.{line}" for what in ("kept", "refill", "bell")]
    publish += ["hf.beat." + ".".join(paths[0]), f"{CENTRAL_INBOX}.>"]
    subscribe.append("_INBOX_" + "_".join(paths[0]) + ".>")
    return {"publish": {"allow": publish}, "subscribe": {"allow": subscribe}}


def leaf_permissions(edges):
    """What a leaf may carry for the edges beside it: what they may, together."""
    parts = [permissions(edge["lines"]) for edge in edges]
    return {
        way: {"allow": list(dict.fromkeys(one for part in parts for one in part[way]["allow"]))}
        for way in ("publish", "subscribe")
    }


class FilterModule:
    """Filters for templates."""

    def filters(self):
        """Their names."""
        return {
            "holdfast_permissions": permissions,
            "holdfast_leaf_permissions": leaf_permissions,
        }
