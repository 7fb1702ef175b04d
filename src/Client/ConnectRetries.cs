using System.Data.Common;
using System.Net.Sockets;
using EndpointSync.Client.Gateways;
using EndpointSync.Core;
using EndpointSync.Tls;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client;

/// <summary>
/// Lets an application start before its cluster. Connecting is retried with jitter until the timeout, and then fails
/// with what was tried and what to check. Orleans creates the filter when it begins to connect.
/// </summary>
internal sealed partial class ConnectRetries(
    IOptions<EndpointSyncClientOptions> options, RefusalLog refusals, TimeProvider clock,
    ILogger<ConnectRetries> logger)
    : IClientConnectionRetryFilter
{
    private readonly EndpointSyncClientOptions _options = options.Value;
    private readonly JitteredBackoff _delays = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));
    private readonly long _begun = clock.GetTimestamp();
    private int _attempts;

    private GatewayOrigin Origin => GatewayOrigin.Of(_options);

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (!MayHeal(exception))
        {
            throw new InvalidOperationException(
                $"{Tried()} failed: {exception.Message} A retry does not help. {Origin.Advice}", exception);
        }

        var delay = _delays.Before(_attempts++);
        if (clock.GetElapsedTime(_begun) + delay > _options.ConnectTimeout)
        {
            throw new TimeoutException(
                $"{Tried()} failed for {EndpointSyncClientOptions.Section}:ConnectTimeout ({_options.ConnectTimeout}), "
                + $"{_attempts} attempts. The last error: {Reason(exception)} {Origin.Advice}",
                exception);
        }

        if (_attempts == 1)
        {
            LogWaiting(_options.ClusterId, Origin.Place, _options.ConnectTimeout, Reason(exception));
        }

        await Task.Delay(delay, clock, cancellationToken);
        return true;
    }

    // Orleans says only that no gateway could be reached.
    private string Reason(Exception failure) => refusals.Latest ?? failure.Message;

    private string Tried() =>
        $"Connecting to cluster '{_options.ClusterId}' through {Origin.Place}";

    // A missing database or table means that the cluster has never started; a refused login (class 28) stays refused.
    private static bool MayHeal(Exception failure) => failure switch
    {
        DbException database => database.SqlState?.StartsWith("28", StringComparison.Ordinal) != true,
        GatewaysUnknownException unknown => unknown.MayHeal,
        OrleansConfigurationException => false,
        OrleansException or SocketException or TimeoutException => true,
        _ => false,
    };

    [LoggerMessage(
        3001, LogLevel.Information,
        "Cannot reach cluster {Cluster} through {Place} yet; retrying for {Timeout}: {Reason}")]
    private partial void LogWaiting(string cluster, LogText place, TimeSpan timeout, LogText reason);
}
