namespace EndpointSync.Routing;

/// <summary>
/// What Werkzeug answers to a path that no rule matches before its slashes are merged. Odoo leaves merging on in its
/// map and turns it off on each rule, and versions of Werkzeug take that differently.
/// </summary>
public enum MergedSlashes
{
    /// <summary>A redirect (308) to the path that matches: Werkzeug 2.2 to 3.0.</summary>
    Redirect,

    /// <summary>404, or 405 where a rule for another method matches: Werkzeug 3.1.</summary>
    NotFound,
}
