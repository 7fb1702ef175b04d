namespace EndpointSync.Routing;

/// <summary>How the search for a request's rule ended.</summary>
public enum RouteOutcome
{
    /// <summary>No rule matches the path: 404.</summary>
    NotFound,

    /// <summary>Rules match the path, but none matches the method: 405.</summary>
    MethodNotAllowed,

    /// <summary>A rule matches.</summary>
    Found,

    /// <summary>
    /// No rule matches the path, but one matches it with pairs of slashes merged: 308 to
    /// <see cref="RouteMatch.GetRedirectPath"/>.
    /// </summary>
    Redirect,
}
