namespace EndpointSync.Core;

/// <summary>Tasks whose failure is reported to somebody else, or to nobody.</summary>
internal static class TaskFailures
{
    /// <summary>Marks a failure as observed, so that it is not reported when the task is collected.</summary>
    public static void IgnoreFailure(this Task task) => _ = task.ContinueWith(
        static failed => _ = failed.Exception, CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
