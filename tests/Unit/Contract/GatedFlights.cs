using System.Threading.Channels;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Unit.Contract;

/// <summary>Flights that tell when they begin, and land when the test says so; each lands with its number.</summary>
internal sealed class GatedFlights
{
    private readonly Channel<BegunFlight> _begun = Channel.CreateUnbounded<BegunFlight>();
    private int _count;

    public GatedFlights() => Flights = new Flights<int>(callers =>
    {
        var flight = new BegunFlight(++_count, callers);
        _begun.Writer.TryWrite(flight);
        return flight.Gate.Task;
    });

    public Flights<int> Flights { get; }

    public Task<int> Join(int callers = 1) => Flights.JoinAsync(callers, CancellationToken.None);

    public Task<BegunFlight> NextAsync() => _begun.Reader.ReadAsync().AsTask().Within("the next flight to begin");

    public bool AnotherBegan => _begun.Reader.TryPeek(out _);
}

/// <summary>A flight that is under way.</summary>
internal sealed record BegunFlight(int Number, int Callers)
{
    public TaskCompletionSource<int> Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Land() => Gate.SetResult(Number);
}
