"""The table of one version, as the feed tells it."""

ENDPOINT = "fastapi.endpoint:"


class Table:
    """A version's routes by key. It never changes."""

    def __init__(self, version, hash_, routes):
        self.version, self.hash, self.routes = version, hash_, routes

    def next(self, head, lines):
        """The table after an answer; None if the lines do not lead to the hash that the answer names."""
        routes = dict(self.routes) if head["from"] else {}
        for line in lines:
            if line.get("removed"):
                routes.pop(line["key"], None)
            else:
                routes[line["key"]] = line
        if hash_of(routes.values()) != head["hash"]:
            return None
        return Table(head["version"], head["hash"], routes)

    def changes_since(self, older):
        """The endpoints' routes that a process with the older table does not have, and the keys that it has and should
        not."""
        old = older.routes if older else {}
        changed = [route for key, route in self.routes.items()
                   if is_endpoint(key) and not route.get("problem") and old.get(key, {}).get("hash") != route["hash"]]
        return changed, [key for key in old if is_endpoint(key) and key not in self.routes]


EMPTY = Table(0, "", {})


def is_endpoint(key):
    return key.startswith(ENDPOINT)


def endpoint_id(key):
    """The id of the endpoint that a route belongs to."""
    return int(key.split(":", 2)[1])


def hash_of(routes):
    """The exclusive or of the routes' hashes."""
    total = 0
    for route in routes:
        total ^= int(route["hash"], 16)
    return "%064x" % total
