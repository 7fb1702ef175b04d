namespace EndpointSync.Worker.Dispatch;

/// <summary>The apps that the application handles; known once its endpoints are mapped.</summary>
internal sealed class AppDirectory
{
    private Func<string, bool>? _handles;

    /// <exception cref="InvalidOperationException">The endpoints are already mapped.</exception>
    public void Mapped(Func<string, bool> handles)
    {
        if (Interlocked.CompareExchange(ref _handles, handles, null) is not null)
        {
            throw new InvalidOperationException(
                $"{nameof(SyncedEndpointsRegistration.MapSyncedEndpoints)} was called twice: one call maps the "
                + "handlers of all apps.");
        }
    }

    public bool Handles(string app) => Volatile.Read(ref _handles)?.Invoke(app) ?? false;
}
