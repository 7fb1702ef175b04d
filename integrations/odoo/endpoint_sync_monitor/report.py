"""What the API answers, as tables of HTML. Nothing here needs Odoo: the standard library is enough. Every text comes
from others, so it is escaped."""

from html import escape


def table(titles, rows, nothing):
    """Rows of texts; ``nothing`` is said where there are none."""
    if not rows:
        return "<p>%s</p>" % escape(nothing)
    head = "".join("<th>%s</th>" % escape(title) for title in titles)
    body = "".join("<tr>%s</tr>" % "".join("<td>%s</td>" % escape(_text(cell)) for cell in row) for row in rows)
    return '<table class="table table-sm"><thead><tr>%s</tr></thead><tbody>%s</tbody></table>' % (head, body)


def fleet(subscribers, own_name, own_version):
    """The silos and workers, those that are behind first, and what this process serves itself."""
    newest = subscribers["version"]
    rows = [(one["kind"], one["name"], one.get("silo"), one["version"], one["lag"], one.get("problem"))
            for one in sorted(
                subscribers["subscribers"], key=lambda one: (not is_behind(one), one["kind"], one["name"]))]
    own = ("This page was made by %s, which serves version %s." % (own_name, own_version) if own_version is not None
           else "This page was made by a process that follows no registry.")
    return "<p>%s</p><p>%s</p>%s" % (
        escape("The newest version is %d." % newest), escape(own),
        table(("", "Name", "Silo", "Version", "Behind", "Why"), rows, "Nobody serves this registry."))


def quarantine(status):
    return table(("Endpoint", "Root path", "Reason"),
                 [(one["name"], one["rootPath"], one["reason"]) for one in status.get("quarantine") or ()],
                 "No endpoint is in quarantine.")


def writers(answer):
    return table(("When", "Role", "Application", "Lock", "Did", "Outcome", "Version"),
                 [(one["changedAt"], one["writer"]["role"], one["writer"]["application"],
                   "held" if one["locked"] else "none", one["operation"], one["outcome"], one.get("version"))
                  for one in answer["writes"][:50]],
                 "Nobody outside the cluster has written routes lately.")


def receipts(answer):
    return table(("Version", "When", "Silo", "Endpoints", "Added", "Changed", "Removed", "Callers"),
                 [(one["version"], one["syncedAt"], one["silo"], one["endpointsSynced"], one["routesAdded"],
                   one["routesChanged"], one["routesRemoved"], one["callers"])
                  for one in answer["versions"]],
                 "There is no version yet.")


def receipt(answer):
    """What a reload returned."""
    convergence = answer.get("convergence") or {}
    rows = [("Outcome", answer["outcome"]), ("Version", answer["version"]),
            ("Routes added, changed, removed", "%s, %s, %s" % (
                answer["routesAdded"], answer["routesChanged"], answer["routesRemoved"])),
            ("Served by", "%s silos, %s workers" % (convergence.get("silos"), convergence.get("workers"))
             if convergence else "nobody was waited for"),
            ("Missing", ", ".join(_text(one.get("name")) for one in convergence.get("missing") or ()) or "nobody")]
    if answer.get("problem"):
        rows.append(("Problem", answer["problem"].get("detail")))
    return table(("", ""), rows, "")


def banner(endpoint, is_active, is_synced, reason):
    """What stands above an endpoint's form; an empty text if it is served as it is declared."""
    if reason:
        return '<div class="alert alert-danger">%s</div>' % escape("This endpoint is in quarantine: %s" % reason)
    if is_active and not is_synced:
        return '<div class="alert alert-warning">%s</div>' % escape(
            "This endpoint is not served as it is declared here yet. Sync it, or reload the registry.")
    return ""


def is_behind(subscriber):
    return subscriber["lag"] > 0 or bool(subscriber.get("problem"))


def behind(subscribers):
    """The ids of the silos and workers that do not serve the newest version, with what to say of each."""
    return {one["id"]: "%s %s serves version %s of %s: %s" % (
        one["kind"], one["name"], one["version"], subscribers["version"], one.get("problem") or "it is not there yet")
        for one in subscribers["subscribers"] if is_behind(one)}


def _text(value):
    return "" if value is None else str(value)
