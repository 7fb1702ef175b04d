using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// The coordinator of one registry. It orders work and saves work; Postgres makes the result right, so losing an activation, or having two for a
/// while, costs a retry at most.
/// </summary>
[GrainType("endpoint-sync"), KeepAlive, PreferLocalPlacement, Immovable]
internal sealed partial class EndpointSyncGrain : Grain, IEndpointSyncGrain, IDisposable
{
    private readonly RegistryCatalog _catalog;
    private readonly SiloSyncs _syncs;
    private readonly RetryDelays _delays;
    private readonly TimeProvider _clock;
    private readonly ILogger<EndpointSyncGrain> _logger;
    private readonly Flights<ReloadReceipt> _flights;
    private readonly CancellationTokenSource _deactivating = new();
    private readonly CancellationToken _deactivated;
    private Task _retrying = Task.CompletedTask;
    private ReloadScope _scope = ReloadScope.Routes;
    private ReloadScope _owed;

    public EndpointSyncGrain(
        RegistryCatalog catalog, SiloSyncs syncs, IOptions<SyncOptions> options, TimeProvider clock, ILogger<EndpointSyncGrain> logger)
    {
        _catalog = catalog;
        _syncs = syncs;
        _delays = new RetryDelays(options.Value.RetryDelay, options.Value.MaxRetryDelay);
        _clock = clock;
        _logger = logger;
        _flights = new Flights<ReloadReceipt>(FlyAsync);
        _deactivated = _deactivating.Token;
    }

    private string Name => this.GetPrimaryKeyString();

    public Task<ReloadReceipt> ReloadAsync(ReloadRequest request, CancellationToken cancellationToken = default)
    {
        Check();
        return JoinAsync(request, cancellationToken);
    }

    public Task<RouteVersion> SubscribeAsync(IRouteSubscriber subscriber)
    {
        Check();
        return subscriber.AsReference<IRouteSubscriberExtension>().SubscribeAsync(Name);
    }

    public Task UnsubscribeAsync(IRouteSubscriber subscriber)
    {
        Check();
        return subscriber.AsReference<IRouteSubscriberExtension>().UnsubscribeAsync(Name);
    }

    // A flight that is under way lands: its callers get their receipt, and no transaction is left to time out.
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _deactivating.CancelAsync();
        await _flights.Idle.WaitAsync(cancellationToken);
    }

    public void Dispose() => _deactivating.Dispose();

    private void Check()
    {
        if (!_catalog.TryGet(Name, out _))
        {
            DeactivateOnIdle();
            throw _catalog.Unknown(Name);
        }
    }

    private async Task<ReloadReceipt> FlyAsync(int callers)
    {
        var scope = _scope;
        _scope = ReloadScope.Routes;
        var receipt = await OffScheduler.StartAsync(() => _syncs.SyncAsync(Name, callers, scope));
        if (!receipt.InLine)
        {
            Owe(scope);
        }

        return receipt;
    }

    private void Owe(ReloadScope scope)
    {
        _owed = _retrying.IsCompleted || scope == ReloadScope.Everything ? scope : _owed;
        if (_retrying.IsCompleted)
        {
            _retrying = RetryUntilInLineAsync(_deactivated);
        }
    }

    // A flight begins in the turn in which nobody can join it any more, so it does what the most demanding of its callers wants.
    private Task<ReloadReceipt> JoinAsync(ReloadRequest request, CancellationToken cancellationToken)
    {
        _scope = request.Scope == ReloadScope.Everything ? ReloadScope.Everything : _scope;
        return _flights.JoinAsync(request.Callers, cancellationToken);
    }

    private async Task RetryUntilInLineAsync(CancellationToken deactivating)
    {
        try
        {
            for (var attempt = 0; !await RetryAsync(attempt, deactivating); attempt++)
            {
            }
        }
        catch (OperationCanceledException)
        {
            LogLeft(Name);
        }
        catch (Exception failure)
        {
            LogRetriesEnded(failure, Name);
        }
    }

    private async Task<bool> RetryAsync(int attempt, CancellationToken deactivating)
    {
        await Task.Delay(_delays.Before(attempt), _clock, deactivating);
        var receipt = await JoinAsync(new ReloadRequest(Callers: 0, _owed), deactivating);
        if (receipt.InLine)
        {
            LogInLine(Name, receipt.Version, attempt + 1);
        }

        return receipt.InLine;
    }

    [LoggerMessage(1301, LogLevel.Information, "{Registry} is in line at version {Version} after {Attempts} retries behind its callers")]
    private partial void LogInLine(string registry, RouteVersion version, int attempts);

    [LoggerMessage(1302, LogLevel.Information, "The coordinator of {Registry} ends while a sync is still owed; where that is recorded, the next poll of any silo takes it up")]
    private partial void LogLeft(string registry);

    [LoggerMessage(1303, LogLevel.Error, "Retries of {Registry} ended with an error that no retry cures; the next poll of any silo takes it up")]
    private partial void LogRetriesEnded(Exception failure, string registry);
}
