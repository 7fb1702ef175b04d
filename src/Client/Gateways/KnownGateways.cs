using EndpointSync.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Messaging;

namespace EndpointSync.Client.Gateways;

/// <summary>
/// The gateways that a client may call. While what names them is away, those that were read last: Orleans would keep
/// them too, but log a stack trace with every refresh.
/// </summary>
internal sealed partial class KnownGateways(
    IGatewayListProvider source, IOptions<EndpointSyncClientOptions> options, TimeProvider clock,
    ILogger<KnownGateways> logger) : IGatewayListProvider, IDisposable
{
    private static readonly TimeSpan ReminderInterval = TimeSpan.FromMinutes(1);

    private IList<Uri>? _known;
    private DateTimeOffset? _loggedAt;

    public TimeSpan MaxStaleness => source.MaxStaleness;

    [Obsolete("Orleans no longer asks, but its interface still has it.")]
    public bool IsUpdatable => true;

    private string Place => GatewayOrigin.Of(options.Value).Place;

    public Task InitializeGatewayListProvider() => source.InitializeGatewayListProvider();

    /// <summary>Reads the gateways. Orleans makes one call at a time.</summary>
    public async Task<IList<Uri>> GetGateways()
    {
        try
        {
            _known = await source.GetGateways();
        }
        catch (Exception failure) when (_known is not null)
        {
            Remind(failure, _known.Count);
            return _known;
        }

        if (_loggedAt is not null)
        {
            _loggedAt = null;
            LogRead(Place);
        }

        return _known;
    }

    public void Dispose() => (source as IDisposable)?.Dispose();

    private void Remind(Exception failure, int known)
    {
        var now = clock.GetUtcNow();
        if (_loggedAt is null || now - _loggedAt >= ReminderInterval)
        {
            _loggedAt = now;
            LogNotRead(Place, known, $"{failure.Message.TrimEnd('.')}.");
        }
    }

    [LoggerMessage(
        3002, LogLevel.Warning,
        "Cannot read the cluster's gateways through {Place}: {Reason} The {Count} gateways that are known are called "
        + "on")]
    private partial void LogNotRead(LogText place, int count, LogText reason);

    [LoggerMessage(3003, LogLevel.Information, "The cluster's gateways are read again through {Place}")]
    private partial void LogRead(LogText place);
}
