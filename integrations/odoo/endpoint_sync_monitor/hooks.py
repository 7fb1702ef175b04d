from odoo.addons.endpoint_sync import compat

CRON = "endpoint_sync_monitor.cron_workers_behind"


def post_init_hook(*arguments):
    """The scheduled check. It is no data file, because the fields of ir.cron differ: until 17 a job runs once unless it
    is told otherwise, and 18 does not know the field."""
    env = compat.hook_environment(arguments)
    if env.ref(CRON, raise_if_not_found=False):
        return
    jobs = env["ir.cron"]
    values = {
        "name": "Endpoint Sync: workers that stay behind",
        "model_id": env.ref("endpoint_sync_monitor.model_endpoint_sync_monitor").id,
        "state": "code",
        "code": "model._mail_workers_behind()",
        "interval_number": 5,
        "interval_type": "minutes",
    }
    if "numbercall" in jobs._fields:
        values["numbercall"] = -1
    module, name = CRON.split(".")
    env["ir.model.data"].create({
        "module": module, "name": name, "model": "ir.cron", "res_id": jobs.create(values).id, "noupdate": True})
