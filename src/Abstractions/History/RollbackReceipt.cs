namespace EndpointSync;

/// <summary>What a version made by a rollback says besides.</summary>
/// <param name="ToVersion">The version whose table it has.</param>
/// <param name="FromVersion">The version that it replaced.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Reason">Why, in that person's words.</param>
/// <param name="ServedFor">
/// How long the replaced version was served: from its commit until every silo and worker served this one; null as long
/// as that is not known. It stays unknown if some did not serve it within a minute.
/// </param>
public sealed record RollbackReceipt(
    RouteVersion ToVersion, RouteVersion FromVersion, string By, string Reason, TimeSpan? ServedFor);
