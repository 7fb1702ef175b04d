using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client.Workers.Connection;

/// <summary>Tries to connect for as long as the worker lives, with jitter. Nothing is final to it: a login that is refused now may be granted later.</summary>
internal sealed partial class EndlessConnectRetries(IOptions<EndpointSyncClientOptions> options, TimeProvider clock, ILogger<EndlessConnectRetries> logger)
    : IClientConnectionRetryFilter
{
    private readonly RetryDelays _delays = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));
    private int _attempts;
    private string? _told;

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        await WaitAsync(exception, cancellationToken);
        return true;
    }

    /// <summary>Tells why connecting failed, each reason once, and waits until the next attempt is due.</summary>
    public Task WaitAsync(Exception failure, CancellationToken cancellationToken)
    {
        var reason = $"{failure.GetType().Name}: {failure.Message}";
        if (_told != reason)
        {
            _told = reason;
            LogUnreachable(options.Value.ClusterId, MembershipDatabase.Parse(options.Value.ConnectionString).ToString(), Reason.Of(failure));
        }

        return Task.Delay(_delays.Before(_attempts++), clock, cancellationToken);
    }

    [LoggerMessage(3101, LogLevel.Warning, "Cluster {Cluster} in {Database} cannot be reached: {Reason} The worker goes on with what it has and tries again until it can")]
    private partial void LogUnreachable(string cluster, string database, string reason);
}
