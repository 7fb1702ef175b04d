using System.Net;

namespace EndpointSync.Silo.Gateway;

/// <summary>
/// The gateways of the cluster, for clients that ask over HTTP. The membership table is read at most once a second,
/// however many ask; while it cannot be read, the gateways that were read last are named.
/// </summary>
internal sealed class ClusterGateways(IMembershipTable table, TimeProvider clock)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<IReadOnlyList<string>>? _reading;
    private long _begun;
    private volatile IReadOnlyList<string>? _known;

    /// <summary>The gateways of the active silos, as <c>10.0.0.1:30000</c>, in alphabetical order.</summary>
    /// <exception cref="Exception">The table cannot be read, and never was.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Newest().WaitAsync(Timeout, clock, cancellationToken);
        }
        catch (Exception) when (_known is not null && !cancellationToken.IsCancellationRequested)
        {
            return _known;
        }
    }

    private Task<IReadOnlyList<string>> Newest()
    {
        lock (_lock)
        {
            if (_reading is null || (_reading.IsCompleted && clock.GetElapsedTime(_begun) >= Freshness))
            {
                _begun = clock.GetTimestamp();
                _reading = ReadAsync();
            }

            return _reading;
        }
    }

    private async Task<IReadOnlyList<string>> ReadAsync()
    {
        var members = (await table.ReadAllAsync(CancellationToken.None)).Members.Select(member => member.Item1);
        return _known =
        [
            .. members.Where(member => member is { Status: SiloStatus.Active, ProxyPort: > 0 })
                .Select(member => new IPEndPoint(member.SiloAddress.Endpoint.Address, member.ProxyPort).ToString())
                .Order(StringComparer.Ordinal),
        ];
    }
}
