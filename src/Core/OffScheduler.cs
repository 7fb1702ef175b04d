namespace EndpointSync.Core;

/// <summary>
/// Runs shared work off the calling grain's scheduler, where other turns of the grain would run between any two steps
/// of it.
/// </summary>
internal static class OffScheduler
{
    /// <summary>
    /// Starts on this thread, because switching threads takes longer than most of this work, and continues on the
    /// thread pool.
    /// </summary>
    public static Task<T> StartAsync<T>(Func<Task<T>> work)
    {
        var begun = new Task<Task<T>>(work);
        begun.RunSynchronously(TaskScheduler.Default);
        return begun.Unwrap();
    }
}
