using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Subjects;
using Npgsql;

namespace EndpointSync.Tests.Torture.Actors;

/// <summary>Brings the faults. One that meets another, such as a server that is down, is left out.</summary>
internal sealed class Nemesis(ISubject subject) : IActor
{
    public async Task DoAsync(Planned step, CancellationToken cancellationToken)
    {
        try
        {
            await subject.StrikeAsync(step, cancellationToken);
        }
        catch (Exception away) when (away is NpgsqlException or IOException or InvalidOperationException)
        {
            // The database is away, or the process has ended.
        }
    }
}
