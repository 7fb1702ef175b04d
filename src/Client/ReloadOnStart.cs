using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Client;

/// <summary>Reloads a registry once, when everything of the application has started; the client among it, in whatever order they were added.</summary>
internal sealed partial class ReloadOnStart(
    string registry, IEndpointSyncClient client, IHostApplicationLifetime lifetime, ILogger<ReloadOnStart> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await StartedAsync(stoppingToken);
            Tell(await client.ReloadAsync(registry, cancellationToken: stoppingToken));
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

    private void Tell(ReloadReceipt receipt)
    {
        if (receipt.InLine)
        {
            LogReloaded(registry, receipt.Outcome, receipt.Version);
        }
        else
        {
            LogNotInLine(registry, receipt.Outcome, receipt.Problem?.Meaning ?? $"{receipt.EndpointsDeferred} endpoints are open in another session.");
        }
    }

    [LoggerMessage(3011, LogLevel.Information, "Reload of {Registry} on start: {Outcome}, version {Version}")]
    private partial void LogReloaded(string registry, ReloadOutcome outcome, RouteVersion version);

    [LoggerMessage(3012, LogLevel.Warning, "Reload of {Registry} on start: {Outcome}. {Reason} The silos retry until the registry is in line; the application goes on")]
    private partial void LogNotInLine(string registry, ReloadOutcome outcome, string reason);

    [LoggerMessage(3013, LogLevel.Warning, "Reload of {Registry} on start failed: {Reason} The application goes on with the routes as they are, and nothing here asks again; any later reload brings them in line")]
    private partial void LogFailed(string registry, string reason);
}
