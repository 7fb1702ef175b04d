using System.Threading.Channels;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Foreign;

/// <summary>
/// Turns hints that something changed in one registry into reloads, one after the other: however many hints come while one runs, one follows it,
/// because each looks at everything that was noted.
/// </summary>
internal sealed partial class RegistryHints(Registry registry, ReloadGate gate, ILogger logger)
{
    private readonly Channel<bool> _hints = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _everything;

    public Registry Registry => registry;

    /// <summary>Takes up a message, if it is of this registry and means something now.</summary>
    public void Take(ChangeMessage message)
    {
        if (message.Schema != registry.Database.Sql.Schema)
        {
            return;
        }

        var everything = message.Kind == ChangeKind.Request || registry.Database.SyncOn == SyncOn.Change;
        if (everything || message.Kind == ChangeKind.Routes)
        {
            Give(everything);
        }
    }

    /// <summary>Has the registry looked at.</summary>
    public void Give() => Give(registry.Database.SyncOn == SyncOn.Change);

    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in _hints.Reader.ReadAllAsync(cancellationToken))
        {
            var scope = Interlocked.Exchange(ref _everything, 0) == 1 ? ReloadScope.Everything : ReloadScope.Routes;
            await ReloadAsync(scope, cancellationToken);
        }
    }

    // Before the hint, so that the reload it leads to knows how much is wanted.
    private void Give(bool everything)
    {
        if (everything)
        {
            Interlocked.Exchange(ref _everything, 1);
        }

        _hints.Writer.TryWrite(true);
    }

    private async Task ReloadAsync(ReloadScope scope, CancellationToken cancellationToken)
    {
        try
        {
            await gate.ReloadAsync(registry.Name, new ReloadRequest(Scope: scope), cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotLookedAt(registry.Name, failure.Message);
        }
    }

    [LoggerMessage(1705, LogLevel.Warning, "A change of {Registry} by another writer was not looked at: {Reason} The next poll does.")]
    private partial void LogNotLookedAt(string registry, string reason);
}
