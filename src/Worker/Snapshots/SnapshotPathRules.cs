using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace EndpointSync.Worker.Snapshots;

/// <summary>
/// Two registries of one application cannot share a snapshot: each would replace the other's routes. That happens
/// easily if the path is in the section that they have in common.
/// </summary>
internal sealed class SnapshotPathRules : IValidateOptions<WorkerOptions>
{
    private readonly ConcurrentDictionary<string, string> _paths = new(StringComparer.Ordinal);

    public ValidateOptionsResult Validate(string? name, WorkerOptions options)
    {
        if (string.IsNullOrEmpty(name) || string.IsNullOrWhiteSpace(options.SnapshotPath)
            || options.SnapshotPath.Contains('\0', StringComparison.Ordinal))
        {
            return ValidateOptionsResult.Skip;
        }

        var path = Path.GetFullPath(options.SnapshotPath);
        _paths[name] = path;
        var other = _paths.FirstOrDefault(pair => pair.Key != name && pair.Value == path).Key;
        return other is null
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{WorkerOptions.Section}:SnapshotPath ('{path}') is the file of the registries '{other}' and "
                + $"'{name}': give each a file of its own, as {WorkerOptions.Section}:Registries:{name}:SnapshotPath.");
    }
}
