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
    private readonly RoutePublisher _publisher;
    private readonly RetryDelays _delays;
    private readonly TimeProvider _clock;
    private readonly ILogger<EndpointSyncGrain> _logger;
    private readonly Flights<ReloadReceipt> _flights;
    private readonly CancellationTokenSource _deactivating = new();
    private readonly CancellationToken _deactivated;
    private Task _retrying = Task.CompletedTask;
    private RouteVersion _published;

    public EndpointSyncGrain(
        RegistryCatalog catalog, RoutePublisher publisher, IOptions<SyncOptions> options, TimeProvider clock, ILogger<EndpointSyncGrain> logger)
    {
        _catalog = catalog;
        _publisher = publisher;
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
        return _flights.JoinAsync(request.Callers, cancellationToken);
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
        var told = false;
        var receipt = await _catalog.Get(Name).Synchronizer.SyncAsync(callers, delta =>
        {
            told = true;
            Publish(new RoutePublication(Name, delta));
        });
        if (!told && receipt.Outcome != ReloadOutcome.Failed && (receipt.Version > receipt.PreviousVersion || receipt.Version != _published))
        {
            Publish(new RoutePublication(Name, receipt.Version, Delta: null));
        }

        if (!receipt.InLine && _retrying.IsCompleted)
        {
            _retrying = RetryUntilInLineAsync(_deactivated);
        }

        return receipt;
    }

    // Not awaited: the receipt says what is committed, and who wants to know who serves it asks that. A version that was made elsewhere, or by an
    // activation that died before it told, is told of by the first reload that finds it.
    private void Publish(RoutePublication publication)
    {
        _published = publication.Version;
        _publisher.Publish(publication);
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
        var receipt = await _flights.JoinAsync(callers: 0, deactivating);
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
