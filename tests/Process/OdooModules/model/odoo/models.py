definitions = []


class Meta(type):
    def __init__(cls, name, bases, attributes):
        super().__init__(name, bases, attributes)
        if bases and "pool" not in attributes:
            definitions.append(cls)


class BaseModel(metaclass=Meta):
    """Records over one table, without a cache of fields: each read is a query."""

    _name = _inherit = None
    _columns = ()

    def __init__(self, env, ids):
        self.env, self._ids = env, tuple(ids)

    ids = property(lambda self: list(self._ids))
    id = property(lambda self: self._ids[0] if self._ids else False)
    _table = property(lambda self: self._name.replace(".", "_"))

    def __iter__(self):
        return (self.browse(one) for one in self._ids)

    def __len__(self):
        return len(self._ids)

    def __getattr__(self, name):
        if name not in type(self)._columns:
            raise AttributeError(name)
        if not self._ids:
            return False
        self.env.cr.execute(f"select {name} from {self._table} where id = %s", (self._ids[0],))
        found = self.env.cr.fetchone()
        return found[0] if found and found[0] is not None else False

    def browse(self, ids=()):
        return type(self)(self.env, (ids,) if isinstance(ids, int) else ids)

    def sudo(self):
        return self

    def with_context(self, **context):
        return type(self)(self.env(context={**self.env.context, **context}), self._ids)

    def search(self, domain, order="id"):
        conditions, values = ["true"], []
        for field, _, value in domain:
            conditions.append(f"{field} is not true" if value is False else f"{field} = %s")
            values += [] if value is False else [value]
        if self.env.context.get("active_test", True):
            conditions.append("active")
        self.env.cr.execute(
            f"select id from {self._table} where {' and '.join(conditions)} order by {order}", values)
        return self.browse([row[0] for row in self.env.cr.fetchall()])

    def exists(self):
        self.env.cr.execute(f"select id from {self._table} where id = any(%s)", (self.ids,))
        found = {row[0] for row in self.env.cr.fetchall()}
        return self.browse([one for one in self._ids if one in found])

    def filtered(self, condition):
        return self.browse([one.id for one in self if condition(one)])

    def create(self, vals):
        names = list(vals)
        self.env.cr.execute(
            f"insert into {self._table} ({', '.join(names)}) values ({', '.join(['%s'] * len(names))}) returning id",
            [vals[name] for name in names])
        return self.browse(self.env.cr.fetchone()[0])

    def write(self, vals):
        if self:
            changes = ", ".join(f"{name} = %s" for name in vals)
            self.env.cr.execute(
                f"update {self._table} set {changes}, write_date = now() at time zone 'utc' where id = any(%s)",
                [*vals.values(), self.ids])
        return True

    def unlink(self):
        self.env.cr.execute(f"delete from {self._table} where id = any(%s)", (self.ids,))
        return True

    def init(self):
        pass

    def _register_hook(self):
        pass


AbstractModel = Model = BaseModel


def classes_of(registry):
    """The classes of a registry: of each model, those that extend it before it, and its parents behind."""
    by_name, made = {}, {}
    for definition in definitions:
        name = definition.__dict__.get("_name") or definition.__dict__["_inherit"]
        by_name.setdefault(name, []).insert(0, definition)

    def make(name):
        if name not in made:
            parents = {
                parent for definition in by_name[name] if definition.__dict__.get("_name")
                for parent in [definition.__dict__.get("_inherit")] if parent and parent != name}
            bases = (*by_name[name], *(make(parent) for parent in sorted(parents)))
            made[name] = Meta(name, bases, {"pool": registry, "_name": name})
        return made[name]

    for name in by_name:
        make(name)
    return made
