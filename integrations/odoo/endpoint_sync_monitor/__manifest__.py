# Copyright 2026 The EndpointSync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "Endpoint Sync Monitor",
    "summary": "What the silos and workers of an EndpointSync cluster serve, and why not the newest version",
    # Odoo puts its own series in front.
    "version": "1.0.0",
    "category": "Tools",
    "license": "LGPL-3",
    "author": "The EndpointSync contributors",
    "depends": ["endpoint_sync", "fastapi", "mail"],
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "views/endpoint_sync_monitor.xml",
        "views/fastapi_endpoint.xml",
    ],
    "post_init_hook": "post_init_hook",
    "installable": True,
}
