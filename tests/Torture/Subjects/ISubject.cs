using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Torture.Subjects;

/// <summary>What is attacked: a database, those who keep its routes in sync, and those who serve them.</summary>
internal interface ISubject : IAsyncDisposable
{
    OwnServer Server { get; }

    /// <summary>How the application names of the subject's own sessions begin.</summary>
    string Application { get; }

    /// <summary>Asks for a reload and records the answer.</summary>
    Task<Reload> ReloadAsync(int silo, string wait, CancellationToken cancellationToken);

    /// <summary>Asks a worker for a path.</summary>
    /// <returns>The answer; null if the worker was replaced meanwhile.</returns>
    Task<WorkerAnswer?> AskAsync(int worker, string path, long min, CancellationToken cancellationToken);

    /// <summary>Edits an endpoint over HTTP.</summary>
    /// <returns>How that ended, and the trace id; null if the subject has no API.</returns>
    Task<(Ending Ending, string Trace)?> EditAsync(
        int silo, int endpoint, string what, object? body, CancellationToken cancellationToken);

    /// <summary>Records what is new in the database.</summary>
    Task ObserveAsync(CancellationToken cancellationToken);

    /// <summary>Strikes with a fault of processes, and heals it.</summary>
    Task StrikeAsync(Planned step, CancellationToken cancellationToken);

    /// <summary>Whether nothing is due any more, and what is.</summary>
    Task<string?> FindDueAsync(CancellationToken cancellationToken);

    /// <summary>Records what is only read at the end.</summary>
    Task CollectAsync(CancellationToken cancellationToken);
}
