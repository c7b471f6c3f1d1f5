"""What a line may say on NATS, and the hub's accounts.

The same as `cli/permissions.ts`, `cli/accounts.ts` and `cli/deskaccounts.ts`, which a test compares.
"""

from __future__ import annotations

import pathlib
import re

DOMAIN = "hub"
CENTRAL_INBOX = "_INBOX_central"
PLANT = "HF"
FEED_API = "hf.feed.API"
FACT_STREAM = "HF_FACT"
DESK_API = "hf.desk.API"
DESK_SERVICE = "holdfast-desk"
DESK_HEARD = ["hf.fact.>", "$JS.EVENT.ADVISORY.>"]
ENDPOINTS = pathlib.Path(__file__).parents[2] / "shared" / "endpoints.ts"


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
        asked = ("evt", "live", "enrol", "history", "stray", "cmd", "ref")
        publish += [f"hf.{what}.{line}" for what in asked]
        for stream, what in (("HF_EVT", "evt"), ("HF_KEPT", "kept")):
            publish.append(f"$JS.{DOMAIN}.API.DIRECT.GET.{stream}.hf.{what}.{line}")
        subscribe += [f"hf.{what}.{line}" for what in ("kept", "refill", "bell")]
    publish += ["hf.beat." + ".".join(paths[0]), f"{CENTRAL_INBOX}.>", "_R_.>"]
    subscribe.append("_INBOX_" + "_".join(paths[0]) + ".>")
    return {"publish": {"allow": publish}, "subscribe": {"allow": subscribe}}


def leaf_permissions(edges):
    """What a leaf may carry for the edges beside it: what they may, together."""
    parts = [permissions(edge["lines"]) for edge in edges]
    return {
        way: {"allow": list(dict.fromkeys(one for part in parts for one in part[way]["allow"]))}
        for way in ("publish", "subscribe")
    }


def leaf_account(edges):
    """Name of a leaf's account: its first line, which does not change with its keys."""
    return "/".join(token(name) for name in edges[0]["lines"][0].split("/"))


def is_answer(subject):
    """Whether answers are heard or said there; they never leave an account."""
    return subject.startswith(("_INBOX_", "_R_"))


def hub_accounts(leaves, central):
    """Accounts of the hub: the plant's, and one a leaf, with a way across for each subject."""
    given, asked, accounts = {}, [], {}

    def give(kind, subject, account):
        given.setdefault(subject, {kind: subject, "accounts": []})["accounts"].append(account)

    permitted = [leaf_permissions(leaf["edges"]) for leaf in leaves]
    heard = [one for part in permitted for one in part["subscribe"]["allow"]]
    for leaf, part in zip(leaves, permitted):
        name, imports, exports = leaf_account(leaf["edges"]), [], []
        for to in part["publish"]["allow"]:
            if is_answer(to):
                continue
            subject = to.replace(f"$JS.{DOMAIN}.API.", "$JS.API.")
            give("service", subject, name)
            imports.append({"service": {"account": PLANT, "subject": subject}, "to": to})
            if subject != to:
                imports.append({"service": {"account": PLANT, "subject": subject}})
        for subject in part["subscribe"]["allow"]:
            if is_answer(subject):
                continue
            if subject.startswith("hf.kept.") or heard.count(subject) > 1:
                give("stream", subject, name)
                imports.append({"stream": {"account": PLANT, "subject": subject}})
            else:
                exports.append({"service": subject, "accounts": [PLANT]})
                asked.append({"service": {"account": name, "subject": subject}})
        only = {"permissions": part, "allowed_connection_types": ["LEAFNODE"]}
        users = [{"nkey": nkey, **only} for nkey in leaf["nkeys"]]
        accounts[name] = {"users": users, "imports": imports, "exports": exports}
    plant = {
        "jetstream": "enabled",
        "users": [{"nkey": nkey, "allowed_connection_types": ["STANDARD"]} for nkey in central],
        "imports": asked,
        "exports": list(given.values()),
    }
    return {PLANT: plant, **accounts}


def feed_permissions(name):
    """Of a reader of the feed in an account of its own: its consumer, and nothing else."""
    asked = [f"{FEED_API}.CONSUMER.{what}.{FACT_STREAM}.{name}" for what in ("INFO", "MSG.NEXT", "RESET")]
    return {
        "publish": {"allow": [*asked, f"$JS.ACK.{FACT_STREAM}.{name}.>"]},
        "subscribe": {"allow": [f"_INBOX_feed_{name}.>"]},
    }


def with_readers(accounts, readers):
    """The same accounts, and one for each reader of the feed, with a way to its own consumer."""
    exports, own = [], {}
    for reader in readers:
        name = f"feed/{reader['name']}"
        part, imports = feed_permissions(reader["name"]), []
        for to in part["publish"]["allow"]:
            service = to.replace(FEED_API, "$JS.API")
            many = {"response_type": "stream"} if "MSG.NEXT" in service else {}
            exports.append({"service": service, "accounts": [name], **many})
            imports.append({"service": {"account": PLANT, "subject": service}, "to": to})
        only = {"permissions": part, "allowed_connection_types": ["STANDARD"]}
        users = [{"nkey": nkey, **only} for nkey in reader["nkeys"]]
        own[name] = {"users": users, "imports": imports, "exports": []}
    plant = {**accounts[PLANT], "exports": [*accounts[PLANT]["exports"], *exports]}
    return {**accounts, PLANT: plant, **own}


def operations():
    """Every operation of the desk, and whether it changes nothing."""
    text = ENDPOINTS.read_text(encoding="utf-8")
    return {name: way == "GET" for name, way in re.findall(r"^  '?([a-z-]+)'?: '([A-Z]+) /", text, re.M)}


def service_subjects():
    """What `nats service ls|info|stats` asks."""
    ends = ("", f".{DESK_SERVICE}", f".{DESK_SERVICE}.*")
    return [f"$SRV.{verb}{end}" for verb in ("PING", "INFO", "STATS") for end in ends]


def jetstream_subjects(api):
    """What `nats` asks about streams and consumers, changing neither."""
    asked = ("INFO", "STREAM.NAMES", "STREAM.LIST", "STREAM.INFO.*", "STREAM.MSG.GET.*")
    read = ("DIRECT.GET.>", "CONSUMER.NAMES.*", "CONSUMER.LIST.*", "CONSUMER.INFO.*.*")
    return [f"{api}.{what}" for what in asked + read]


def person_permissions(may):
    """Of somebody who asks the desk: to act, to look, or some operations."""
    known = operations()
    named = may
    if may == "act":
        named = list(known)
    elif may == "look":
        named = [name for name, looks in known.items() if looks]
    unknown = [name for name in named if name not in known]
    if isinstance(named, str) or unknown:
        raise ValueError(f"may: must be act, look or operations of the desk, is {may}")
    asked = [f"hf.desk.{name}" for name in named]
    heard = ["_INBOX.>", "_INBOX_desk.>", "$JS.EVENT.ADVISORY.>", "hf.fact.>"]
    publish = asked + service_subjects() + jetstream_subjects(DESK_API)
    return {"publish": {"allow": publish}, "subscribe": {"allow": heard}}


def person_imports():
    """What leads across from the account of one name."""
    asked = {"service": {"account": PLANT, "subject": "hf.asked.*"}, "to": "hf.desk.*", "share": True}
    imports = [asked]
    for to in service_subjects() + jetstream_subjects(DESK_API):
        subject = to.replace(DESK_API, "$JS.API")
        renamed = {} if subject == to else {"to": to}
        imports.append({"service": {"account": PLANT, "subject": subject}, **renamed})
    return imports + [{"stream": {"account": PLANT, "subject": subject}} for subject in DESK_HEARD]


def with_desk(accounts, people):
    """The same accounts, and one for each who asks the desk: the server says who it is."""
    name_pattern = r"(?:person|system):[^\W_][\w.@-]{0,49}"
    for at, one in enumerate(people):
        if not re.fullmatch(name_pattern, one["name"]) or not 1 <= len(one["nkeys"]) <= 2:
            raise ValueError(f"people[{at}]: must be person:… or system:…, with one or two keys")
    names = [one["name"].lower() for one in people]
    keys = [nkey for one in people for nkey in one["nkeys"]]
    if len(set(names)) < len(names) or len(set(keys)) < len(keys):
        raise ValueError("people: must have each name once, and each key once")
    if not people:
        return accounts
    own = {}
    for one in people:
        only = {
            "permissions": person_permissions(one["may"]),
            "allowed_connection_types": ["STANDARD"],
        }
        users = [{"nkey": nkey, **only} for nkey in one["nkeys"]]
        own[f"desk/{one['name']}"] = {"users": users, "imports": person_imports(), "exports": []}
    many = {"response_type": "stream"}
    given = [{"service": "hf.asked.*"}]
    given += [{"service": service, **many} for service in service_subjects()]
    for service in jetstream_subjects("$JS.API"):
        given.append({"service": service, **(many if "DIRECT" in service else {})})
    given += [{"stream": subject} for subject in DESK_HEARD]
    exports = {}
    for export in accounts[PLANT]["exports"]:
        exports[(export.get("service"), export.get("stream"))] = export
    for export in given:
        key = (export.get("service"), export.get("stream"))
        before = exports.get(key, {**export, "accounts": []})
        exports[key] = {**before, "accounts": [*before["accounts"], *own]}
    return {**accounts, PLANT: {**accounts[PLANT], "exports": list(exports.values())}, **own}


class FilterModule:
    """Filters for templates."""

    def filters(self):
        """Their names."""
        return {
            "holdfast_permissions": permissions,
            "holdfast_leaf_permissions": leaf_permissions,
            "holdfast_hub_accounts": hub_accounts,
            "holdfast_with_readers": with_readers,
            "holdfast_with_desk": with_desk,
        }
