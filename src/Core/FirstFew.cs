namespace EndpointSync.Core;

/// <summary>
/// Logs the first few of what one event would otherwise be logged for thousands of times, and how many more there were.
/// </summary>
internal static class FirstFew
{
    private const int Logged = 20;

    /// <param name="items">What there is to log.</param>
    /// <param name="log">Logs one of them.</param>
    /// <param name="logRest">Logs how many more there were, if there were more.</param>
    public static void Log<T>(IEnumerable<T> items, Action<T> log, Action<int> logRest)
    {
        var count = 0;
        foreach (var item in items)
        {
            if (count++ < Logged)
            {
                log(item);
            }
        }

        if (count > Logged)
        {
            logRest(count - Logged);
        }
    }
}
