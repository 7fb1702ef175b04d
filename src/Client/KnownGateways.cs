using Microsoft.Extensions.Logging;
using Orleans.Messaging;

namespace EndpointSync.Client;

/// <summary>
/// The silos that a client may call. While the cluster's database is away, those that were read last: Orleans would
/// keep them too, but log a stack trace with every refresh.
/// </summary>
internal sealed partial class KnownGateways(
    IGatewayListProvider database, TimeProvider clock, ILogger<KnownGateways> logger) : IGatewayListProvider
{
    private static readonly TimeSpan ReminderInterval = TimeSpan.FromMinutes(1);

    private IList<Uri>? _known;
    private DateTimeOffset? _loggedAt;

    public TimeSpan MaxStaleness => database.MaxStaleness;

    [Obsolete("Orleans no longer asks, but its interface still has it.")]
    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => database.InitializeGatewayListProvider();

    /// <summary>Reads the silos. Orleans makes one call at a time.</summary>
    public async Task<IList<Uri>> GetGateways()
    {
        try
        {
            _known = await database.GetGateways();
        }
        catch (Exception failure) when (_known is not null)
        {
            Remind(failure, _known.Count);
            return _known;
        }

        if (_loggedAt is not null)
        {
            _loggedAt = null;
            LogRead();
        }

        return _known;
    }

    private void Remind(Exception failure, int known)
    {
        var now = clock.GetUtcNow();
        if (_loggedAt is null || now - _loggedAt >= ReminderInterval)
        {
            _loggedAt = now;
            LogNotRead(known, $"{failure.Message.TrimEnd('.')}.");
        }
    }

    [LoggerMessage(
        3002, LogLevel.Warning,
        "Cannot read the cluster's silos from its database: {Reason} The {Count} silos that are known are called on")]
    private partial void LogNotRead(int count, string reason);

    [LoggerMessage(3003, LogLevel.Information, "The cluster's silos are read from its database again")]
    private partial void LogRead();
}
