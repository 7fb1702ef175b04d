namespace EndpointSync.Worker.Dispatch;

/// <summary>The handler of the routes of one app.</summary>
/// <param name="Handler">The handler.</param>
/// <param name="Conventions">The conventions for this app's endpoints only.</param>
internal sealed record AppHandler(Delegate Handler, ConventionList Conventions);
