using EndpointSync.Tests.Process;
using EndpointSync.Tools.Postgres;

using SystemProcess = System.Diagnostics.Process;

[assembly: AssemblyFixture(typeof(PrivatePostgresTestsTemplate))]

namespace EndpointSync.Tests.Process;

/// <summary>
/// The folder of a stopped server, made once, for tests that do not depend on how the data was created.
/// </summary>
public sealed class PrivatePostgresTestsTemplate : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"endpointsync-test-{Guid.NewGuid():N}");
    private readonly Lazy<Task> _made;

    public PrivatePostgresTestsTemplate() => _made = new Lazy<Task>(MakeAsync);

    public async Task CopyToAsync(string folder, CancellationToken cancellationToken)
    {
        await _made.Value.WaitAsync(cancellationToken);
        using var copy = SystemProcess.Start("cp", ["-a", _folder, folder]);
        await copy.WaitForExitAsync(cancellationToken);

        // Classes run side by side, so each server picks a port of its own.
        File.Delete(Path.Combine(folder, "port"));
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task MakeAsync() =>
        await (await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = _folder })).DisposeAsync();
}
