namespace EndpointSync.Bench.Watching;

/// <summary>Many readers of a registry's events, each with a connection of its own.</summary>
internal sealed class EventWatchers : IDisposable
{
    private readonly List<HttpResponseMessage> _answers = [];
    private long _lines;

    /// <summary>How many lines all of them have read.</summary>
    public long Lines => Interlocked.Read(ref _lines);

    public static async Task<EventWatchers> StartAsync(LargeRegistry registry, int watchers)
    {
        var all = new EventWatchers();
        for (var watcher = 0; watcher < watchers; watcher++)
        {
            var answer = await registry.OpenAsync("events");
            answer.EnsureSuccessStatusCode();
            all._answers.Add(answer);
            _ = all.ReadAsync(answer);
        }

        return all;
    }

    public void Dispose() => _answers.ForEach(answer => answer.Dispose());

    private async Task ReadAsync(HttpResponseMessage answer)
    {
        try
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            while (await reader.ReadLineAsync() is not null)
            {
                Interlocked.Increment(ref _lines);
            }
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException or HttpRequestException)
        {
            // Disposed while it read.
        }
    }
}
