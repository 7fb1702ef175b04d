"""How a process of Odoo follows an EndpointSync registry. Nothing here needs Odoo: the standard library is enough."""
