namespace EndpointSync.Grains.Hosting;

/// <summary>For work of a grain that is not the grain's own: on its scheduler, other turns would come between any two steps of it.</summary>
internal static class OffScheduler
{
    /// <summary>Begins in this thread, because a hand-over to another one takes longer than most of what is begun, and goes on in the thread pool.</summary>
    public static Task<T> StartAsync<T>(Func<Task<T>> work)
    {
        var begun = new Task<Task<T>>(work);
        begun.RunSynchronously(TaskScheduler.Default);
        return begun.Unwrap();
    }
}
