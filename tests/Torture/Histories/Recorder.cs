using System.Diagnostics;

namespace EndpointSync.Tests.Torture.Histories;

/// <summary>Records what happens in a run, and has the run's clock.</summary>
internal sealed class Recorder : IDisposable
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _file;
    private readonly List<Entry> _entries = [];
    private readonly long _begun = Stopwatch.GetTimestamp();

    public Recorder(string path)
    {
        Path = path;
        _file = new StreamWriter(path) { NewLine = "\n", AutoFlush = true };
    }

    public string Path { get; }

    /// <summary>Seconds since the run began.</summary>
    public double Now => Math.Round(Stopwatch.GetElapsedTime(_begun).TotalSeconds, 4);

    public IReadOnlyList<Entry> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    public void Add(Entry entry)
    {
        lock (_lock)
        {
            _entries.Add(entry);
            _file.WriteLine(HistoryFile.Line(entry));
        }
    }

    /// <summary>Waits for a moment of the run; returns at once if it is over.</summary>
    public Task UntilAsync(double at, CancellationToken cancellationToken) =>
        at > Now ? Task.Delay(TimeSpan.FromSeconds(at - Now), cancellationToken) : Task.CompletedTask;

    public void Dispose() => _file.Dispose();
}
