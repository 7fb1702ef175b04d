class Environment:
    def __init__(self, cr, uid, context):
        self.cr, self.uid, self.context = cr, uid, dict(context)

    @property
    def registry(self):
        from .modules.registry import Registry
        return Registry(self.cr.dbname)

    def __getitem__(self, name):
        return self.registry[name](self, ())

    def __contains__(self, name):
        return name in self.registry

    def values(self):
        return [self[name] for name in self.registry]

    def __call__(self, cr=None, user=None, context=None):
        return Environment(cr or self.cr, user or self.uid, self.context if context is None else context)


def model(method):
    return method
