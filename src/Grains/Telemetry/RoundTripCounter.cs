using System.Diagnostics.Metrics;

namespace EndpointSync.Grains.Telemetry;

/// <summary>
/// Counts the commands that a sync sends to Postgres, a batch as one. Npgsql reports each command where it ends, which
/// is in the flow of whoever runs it, so no class of the sync has to count. Commits are no commands.
/// </summary>
internal sealed class RoundTripCounter : IDisposable
{
    private const string Npgsql = "Npgsql";
    private const string Commands = "db.client.operation.duration";

    private readonly AsyncLocal<Tally?> _current = new();
    private readonly MeterListener _listener = new();

    public RoundTripCounter()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == Commands && instrument.Meter.Name == Npgsql)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => _current.Value?.Add());
        _listener.Start();
    }

    /// <summary>Counts from here on what the calling method runs, and what that runs.</summary>
    public Tally Begin() => _current.Value = new Tally();

    public void Dispose() => _listener.Dispose();

    /// <summary>The commands so far.</summary>
    internal sealed class Tally
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Add() => Interlocked.Increment(ref _count);
    }
}
