using EndpointSync.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Client;

/// <summary>
/// Reloads a registry once, after all services of the application have started, including the client, in any order of
/// registration.
/// </summary>
internal sealed partial class ReloadOnStart(
    string registry, IEndpointSyncClient client, IHostApplicationLifetime lifetime,
    ILogger<ReloadOnStart> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await StartedAsync(stoppingToken);
            Log(await client.ReloadAsync(registry, cancellationToken: stoppingToken));
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(registry, failure.Message);
        }
    }

    private async Task StartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
    }

    private void Log(ReloadReceipt receipt)
    {
        if (receipt.InSync)
        {
            LogReloaded(registry, receipt.Outcome, receipt.Version);
        }
        else
        {
            var reason = receipt.Problem?.Meaning
                ?? $"{receipt.EndpointsDeferred} endpoints are open in another session.";
            LogNotInSync(registry, receipt.Outcome, reason);
        }
    }

    [LoggerMessage(3011, LogLevel.Information, "Reload of {Registry} on start: {Outcome}, version {Version}")]
    private partial void LogReloaded(string registry, ReloadOutcome outcome, RouteVersion version);

    [LoggerMessage(
        3012, LogLevel.Warning,
        "Reload of {Registry} on start: {Outcome}. {Reason} The silos retry until the registry is in sync; the "
        + "application continues")]
    private partial void LogNotInSync(string registry, ReloadOutcome outcome, LogText reason);

    [LoggerMessage(
        3013, LogLevel.Warning,
        "Reload of {Registry} on start failed: {Reason} The application continues with the current routes and does "
        + "not retry; any later reload syncs the registry")]
    private partial void LogFailed(string registry, LogText reason);
}
