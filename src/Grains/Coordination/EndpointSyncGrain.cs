using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Registries;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;

namespace EndpointSync.Grains.Coordination;

/// <summary>
/// The coordinator of one registry. It orders syncs and saves work: one sync runs, and all requests that arrive
/// meanwhile share the next one. Postgres makes the result right. So the loss of an activation, or a second one for a
/// while, costs at most a retry.
/// </summary>
[GrainType(GrainTypes.Coordinator), KeepAlive, PreferLocalPlacement, Immovable]
internal sealed partial class EndpointSyncGrain
    : Grain, IEndpointSyncGrain, ICoordinatorPins, ICoordinatorLife, IDisposable
{
    private readonly RegistryMap<Registry> _registries;
    private readonly SyncRunner _runner;
    private readonly ILockWait _locks;
    private readonly JitteredBackoff _backoff;
    private readonly TimeProvider _clock;
    private readonly ILogger<EndpointSyncGrain> _logger;
    private readonly RequestCoalescer<ReloadRequest, ReloadReceipt> _coalescer;
    private readonly CancellationTokenSource _deactivating = new();
    private readonly CancellationToken _deactivated;

    // Held by the sync, the rollback or the end of a pin that runs.
    private readonly SemaphoreSlim _turn = new(1);
    private int _pinRequests;
    private Task _retrying = Task.CompletedTask;
    private ReloadRequest? _retry;
    private RouteVersion _inSyncAt;

    public EndpointSyncGrain(
        RegistryMap<Registry> registries, SyncRunner runner, ILockWait locks, IOptions<SyncOptions> options,
        TimeProvider clock,
        ILogger<EndpointSyncGrain> logger)
    {
        (_registries, _runner, _locks, _clock, _logger) = (registries, runner, locks, clock, logger);
        _backoff = new JitteredBackoff(options.Value.RetryDelay, options.Value.MaxRetryDelay);
        _coalescer = new RequestCoalescer<ReloadRequest, ReloadReceipt>(SyncAsync, ReloadRequest.Merge);
        _deactivated = _deactivating.Token;
    }

    private string Name => this.GetPrimaryKeyString();

    public Task<ReloadReceipt> ReloadAsync(ReloadRequest request, CancellationToken cancellationToken = default)
    {
        CheckName();
        request = request.FromHere();
        return request.LockTimeout > TimeSpan.Zero
            ? LockRetry.RunAsync(
                _locks, Name, request.LockTimeout,
                () => _coalescer.JoinNextAsync(request with { LockTimeout = TimeSpan.Zero }, cancellationToken), _clock,
                cancellationToken)
            : _coalescer.JoinNextAsync(request, cancellationToken);
    }

    public async Task<PinAnswer> PinAsync(PinRequest request)
    {
        CheckName();
        _pinRequests++;
        await _turn.WaitAsync();
        try
        {
            var answer = await OffScheduler.StartAsync(() => _runner.RunAsync(Name, request));
            // What is left is rows and flags under the pin, or the sync after its end. A rollback is never repeated.
            if (answer.Receipt.EndpointsDeferred > 0 || (request.To is null && !answer.Receipt.InSync))
            {
                RetryInBackground(request.Reload with
                {
                    Callers = 0,
                    Scope = request.To is null ? ReloadScope.Everything : ReloadScope.Routes,
                });
            }

            return answer;
        }
        finally
        {
            _turn.Release();
            _pinRequests--;
        }
    }

    public Task<RouteVersion> SubscribeAsync(IRouteSubscriber subscriber)
    {
        CheckName();
        return subscriber.AsReference<IRouteSubscriberExtension>().SubscribeAsync(Name);
    }

    public Task UnsubscribeAsync(IRouteSubscriber subscriber)
    {
        CheckName();
        return subscriber.AsReference<IRouteSubscriberExtension>().UnsubscribeAsync(Name);
    }

    public Task<bool> IsSyncingAsync() => Task.FromResult(!_coalescer.Idle.IsCompleted || _pinRequests > 0);

    // A sync under way completes: its callers get their receipt, and no transaction is left to time out.
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _deactivating.CancelAsync();
        await _coalescer.Idle.WaitAsync(cancellationToken);
        await _turn.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _deactivating.Dispose();
        _turn.Dispose();
    }

    private void CheckName()
    {
        if (!_registries.TryGet(Name, out _))
        {
            DeactivateOnIdle();
            throw _registries.Unknown(Name);
        }
    }

    private async Task<ReloadReceipt> SyncAsync(ReloadRequest request)
    {
        var receipt = await RunInTurnAsync(request);
        if (receipt.AwaitsRollout)
        {
            // Recorded. The poll takes it up when the rollout has ended.
            _retry = null;
        }
        else if (!receipt.InSync)
        {
            RetryInBackground(request with { Callers = 0, LockTimeout = TimeSpan.Zero, Traces = [] });
        }
        else if (request.Scope == ReloadScope.Everything || request.Scope == _retry?.Scope)
        {
            // It did what was left. A retry after this would publish what was edited since.
            (_retry, _inSyncAt) = (null, receipt.Version);
        }

        return receipt;
    }

    private async Task<ReloadReceipt> RunInTurnAsync(ReloadRequest request)
    {
        await _turn.WaitAsync();
        try
        {
            return await OffScheduler.StartAsync(() => _runner.RunAsync(Name, request));
        }
        finally
        {
            _turn.Release();
        }
    }

    private void RetryInBackground(ReloadRequest request)
    {
        _retry = _retry is null ? request : ReloadRequest.Merge(_retry, request);
        if (_retrying.IsCompleted)
        {
            _retrying = RetryUntilInSyncAsync(_deactivated);
        }
    }

    private async Task RetryUntilInSyncAsync(CancellationToken deactivating)
    {
        try
        {
            var attempts = 0;
            while (_retry is not null)
            {
                await Task.Delay(_backoff.Before(attempts), _clock, deactivating);
                if (_retry is { } request)
                {
                    await _coalescer.JoinNextAsync(request, deactivating);
                    attempts++;
                }
            }

            LogInSync(Name, _inSyncAt, attempts);
        }
        catch (OperationCanceledException)
        {
            LogLeftPending(Name);
        }
        catch (Exception failure)
        {
            _retry = null;
            LogRetriesEnded(failure, Name);
        }
    }

    [LoggerMessage(
        1301, LogLevel.Information, "{Registry} is in sync at version {Version} after {Attempts} background retries")]
    private partial void LogInSync(string registry, RouteVersion version, int attempts);

    [LoggerMessage(
        1302, LogLevel.Information,
        "The coordinator of {Registry} stops while a sync is still pending. If it is recorded, the next poll of "
        + "any silo takes it up.")]
    private partial void LogLeftPending(string registry);

    [LoggerMessage(
        1303, LogLevel.Error,
        "Retries of {Registry} ended with an unexpected error. The next poll of any silo tries again.")]
    private partial void LogRetriesEnded(Exception failure, string registry);
}
