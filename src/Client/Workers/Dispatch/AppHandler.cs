namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>What answers the routes of one app.</summary>
/// <param name="Handler">The handler.</param>
/// <param name="Conventions">What was asked for its endpoints alone.</param>
internal sealed record AppHandler(Delegate Handler, ConventionList Conventions);
