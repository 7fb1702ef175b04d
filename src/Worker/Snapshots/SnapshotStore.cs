using System.Threading.Channels;
using EndpointSync.Worker.Serving;
using EndpointSync.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Worker.Snapshots;

/// <summary>
/// Keeps the last good routes in a file, so that a worker that starts while nothing else runs can serve them. The file
/// is written in the background, at most every few seconds, and at the stop. If it cannot be written or read, a warning
/// is logged and the worker continues without it. A file that another process keeps, or that is of another registry, is
/// left as it is.
/// </summary>
internal sealed partial class SnapshotStore(
    WorkerIdentity worker, CurrentRoutes current, WorkerOptions options, TimeProvider clock,
    ILogger<SnapshotStore> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly string? _path = options.SnapshotPath is { } path ? Path.GetFullPath(path) : null;
    private readonly SnapshotOwner? _owner = options.SnapshotPath is { } path
        ? new SnapshotOwner(
            Path.GetFullPath(path),
            $"worker '{worker.Name}' of registry '{worker.Registry}', process {Environment.ProcessId} on "
            + $"{Environment.MachineName}")
        : null;
    private readonly RepeatFilter _complaints = new();
    private readonly RepeatFilter _owners = new();
    private RouteImage? _written;
    private bool _isChecked;

    /// <summary>Schedules a write of the new routes.</summary>
    public void Changed() => _changed.Writer.TryWrite(true);

    /// <summary>The routes of the file; null if there is no usable file. An unusable file is renamed.</summary>
    public async Task<RouteImage?> LoadAsync(CancellationToken cancellationToken)
    {
        var isOwn = IsOwn();
        if (_path is null || !File.Exists(_path))
        {
            return null;
        }

        try
        {
            var snapshot = await SnapshotFile.ReadAsync(_path, cancellationToken);
            return IsOfRegistry(snapshot.Registry) ? Loaded(snapshot.ToImage()) : null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            if (isOwn)
            {
                LogUnusable(_path, Reason.Of(failure), KeepAside(_path));
            }

            return null;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
        _owner?.Dispose();
    }

    public override void Dispose()
    {
        _owner?.Dispose();
        base.Dispose();
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

        if (!IsOwn() || !await MayReplaceAsync(cancellationToken))
        {
            // The other process may end, or the file be deleted.
            Changed();
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

    // Another process may end at any time, and this one then keeps the file.
    private bool IsOwn()
    {
        if (_owner is null || _owner.TryTake(out var other))
        {
            return true;
        }

        _isChecked = false;
        if (_owners.IsNew(other))
        {
            LogTaken(_path!, $"in use by {other}", worker.Name, worker.Registry);
        }

        return false;
    }

    // The worker of another registry needs its routes.
    private bool IsOfRegistry(string registry)
    {
        if (registry != worker.Registry && _owners.IsNew(registry))
        {
            LogTaken(_path!, $"of registry '{registry}'", worker.Name, worker.Registry);
        }

        return registry == worker.Registry;
    }

    private async Task<bool> MayReplaceAsync(CancellationToken cancellationToken)
    {
        if (!_isChecked && await RegistryOfFileAsync(cancellationToken) is { } registry && !IsOfRegistry(registry))
        {
            return false;
        }

        if (_owners.Reset())
        {
            LogTakenOver(worker.Name, worker.Registry, _path!);
        }

        return _isChecked = true;
    }

    private async Task<string?> RegistryOfFileAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await SnapshotFile.ReadAsync(_path!, cancellationToken)).Registry;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return null;
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
        3118, LogLevel.Error,
        "The snapshot {Path} is {Whose}. Worker {Name} of {Registry} leaves it as it is and keeps no snapshot: a "
        + "restart without the cluster would have no routes of its own. Give each worker a SnapshotPath of its own.")]
    private partial void LogTaken(string path, LogText whose, string name, string registry);

    [LoggerMessage(
        3119, LogLevel.Information, "Worker {Name} of {Registry} now keeps the snapshot {Path}, which is free")]
    private partial void LogTakenOver(string name, string registry, string path);

    [LoggerMessage(
        3112, LogLevel.Warning,
        "The snapshot {Path} cannot be written: {Reason} The worker keeps serving, but a restart without the cluster "
        + "would have no routes")]
    private partial void LogNotWritten(string path, LogText reason);
}
