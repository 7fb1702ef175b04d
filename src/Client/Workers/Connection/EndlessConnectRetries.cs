using EndpointSync.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client.Workers.Connection;

/// <summary>
/// Retries connecting with jitter for as long as the worker lives. No failure is final: a refused login may be granted
/// later.
/// </summary>
internal sealed partial class EndlessConnectRetries(
    IOptions<EndpointSyncClientOptions> options, TimeProvider clock, ILogger<EndlessConnectRetries> logger)
    : IClientConnectionRetryFilter
{
    private readonly JitteredBackoff _delays = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));
    private int _attempts;
    private readonly RepeatFilter _complaints = new();

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        await WaitAsync(exception, cancellationToken);
        return true;
    }

    /// <summary>Logs why connecting failed, each reason once, and waits until the next attempt is due.</summary>
    public Task WaitAsync(Exception failure, CancellationToken cancellationToken)
    {
        var reason = $"{failure.GetType().Name}: {failure.Message}";
        if (_complaints.IsNew(reason))
        {
            var database = MembershipDatabase.Parse(options.Value.ConnectionString);
            LogUnreachable(options.Value.ClusterId, database.ToString(), Reason.Of(failure));
        }

        return Task.Delay(_delays.Before(_attempts++), clock, cancellationToken);
    }

    [LoggerMessage(
        3101, LogLevel.Warning,
        "Cannot reach cluster {Cluster} in {Database}: {Reason} The worker keeps its routes and retries until it "
        + "connects")]
    private partial void LogUnreachable(string cluster, string database, LogText reason);
}
