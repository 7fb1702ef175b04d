import json
import types


class EndpointRegistry:
    def __init__(self, cr):
        self.cr = cr

    @classmethod
    def registry_for(cls, cr):
        return cls(cr)

    def _get_rules(self):
        self.cr.execute("select * from endpoint_route")
        return self.cr.fetchall()

    def get_rules(self):
        for row in self._get_rules():
            yield EndpointRule.from_row(self.cr.dbname, row)

    def update_rules(self, rules):
        for key, route, opts, routing in rules:
            values = (route, json.dumps(opts), json.dumps(routing), str(hash(route)), key)
            self.cr.execute("select id from endpoint_route where key = %s", (key,))
            if self.cr.fetchone():
                self.cr.execute("select id from endpoint_route where key = %s for update", (key,), log_exceptions=False)
                self.cr.execute("update endpoint_route set route = %s, opts = %s, routing = %s, endpoint_hash = %s"
                                " where key = %s", values)
            else:
                self.cr.execute("insert into endpoint_route (route, opts, routing, endpoint_hash, key)"
                                " values (%s, %s, %s, %s, %s)", values)

    def drop_rules(self, keys):
        self.cr.execute("delete from endpoint_route where key = any(%s)", (list(keys),))

    def last_version(self):
        self.cr.execute("select last_value from endpoint_route_version")
        return self.cr.fetchone()[0]


class EndpointRule:
    def __init__(self, key, routing):
        self.key, self.routing = key, routing
        self.endpoint = Endpoint(routing=routing, key=key)

    @classmethod
    def from_row(cls, dbname, row):
        key, route, options, routing, endpoint_hash, route_group = row[1:-1]
        json.loads(options)
        return cls(key, json.loads(routing))


class Endpoint(types.SimpleNamespace):
    __hash__ = object.__hash__
