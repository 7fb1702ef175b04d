# Copyright 2026 The EndpointSync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "Endpoint Sync",
    "summary": "One sync per reload, and workers that serve every new route, by an EndpointSync cluster",
    # Odoo puts its own series in front.
    "version": "1.0.0",
    "category": "Tools",
    "license": "LGPL-3",
    "author": "The EndpointSync contributors",
    "depends": ["endpoint_route_handler"],
    "post_load": "post_load",
    "uninstall_hook": "uninstall_hook",
    "installable": True,
}
