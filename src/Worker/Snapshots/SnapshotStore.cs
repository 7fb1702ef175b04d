using System.Threading.Channels;
using EndpointSync.Worker.Serving;
using EndpointSync.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Worker.Snapshots;

/// <summary>
/// Keeps the last good routes in a file, so that a worker that starts while nothing else runs can serve them. The file
/// is written in the background, at most every few seconds, and at the stop. If it cannot be written or read, a warning
/// is logged and the worker continues without it.
/// </summary>
internal sealed partial class SnapshotStore(
    WorkerIdentity worker, CurrentRoutes current, WorkerOptions options, TimeProvider clock,
    ILogger<SnapshotStore> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly string? _path = options.SnapshotPath is { } path ? Path.GetFullPath(path) : null;
    private RouteImage? _written;
    private readonly RepeatFilter _complaints = new();

    /// <summary>Schedules a write of the new routes.</summary>
    public void Changed() => _changed.Writer.TryWrite(true);

    /// <summary>The routes of the file; null if there is no usable file. An unusable file is renamed.</summary>
    public async Task<RouteImage?> LoadAsync(CancellationToken cancellationToken)
    {
        if (_path is null || !File.Exists(_path))
        {
            return null;
        }

        try
        {
            var snapshot = await SnapshotFile.ReadAsync(_path, cancellationToken);
            return snapshot.Registry == worker.Registry
                ? Loaded(snapshot.ToImage())
                : throw new InvalidDataException(
                    $"It is of registry '{snapshot.Registry}', but this worker serves '{worker.Registry}'.");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogUnusable(_path, Reason.Of(failure), KeepAside(_path));
            return null;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // Read before the routes, so that a swap in between is written in the next round.
                await _changed.Reader.ReadAsync(stoppingToken);
                await WriteAsync(stoppingToken);
                await Task.Delay(Interval, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // StopAsync makes the last write.
        }
    }

    private RouteImage Loaded(RouteImage image)
    {
        _written = image;
        LogServesSnapshot(worker.Name, image.Version, worker.Registry, _path!);
        return image;
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (_path is null || current.Routes?.Image is not { } image || ReferenceEquals(image, _written))
        {
            return;
        }

        try
        {
            await SnapshotFile.WriteAsync(_path, Snapshot.Of(worker.Registry, image), cancellationToken);
            _written = image;
            _complaints.Reset();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            if (_complaints.IsNew(failure.Message))
            {
                LogNotWritten(_path, Reason.Of(failure));
            }
        }
    }

    private static string KeepAside(string path)
    {
        var aside = path + ".unusable";
        try
        {
            File.Move(path, aside, overwrite: true);
            return aside;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }

    [LoggerMessage(
        3110, LogLevel.Warning,
        "Worker {Name} serves version {Version} of {Registry} from the snapshot {Path} until the cluster answers")]
    private partial void LogServesSnapshot(string name, RouteVersion version, string registry, string path);

    [LoggerMessage(
        3111, LogLevel.Warning,
        "The snapshot {Path} cannot be used: {Reason} It is kept as {Aside}, and the worker starts without it")]
    private partial void LogUnusable(string path, LogText reason, string aside);

    [LoggerMessage(
        3112, LogLevel.Warning,
        "The snapshot {Path} cannot be written: {Reason} The worker keeps serving, but a restart without the cluster "
        + "would have no routes")]
    private partial void LogNotWritten(string path, LogText reason);
}
