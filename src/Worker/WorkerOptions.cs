using EndpointSync.Routing;
using EndpointSync.Wire;

namespace EndpointSync.Worker;

/// <summary>The options of a worker: the configuration section <c>EndpointSync:Worker</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "EndpointSync:Worker";

    /// <summary>
    /// The worker's display name, 1 to 200 characters. The default is the machine's name and the process id.
    /// </summary>
    public string Name { get; set; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>
    /// The worker's ring, by which a rollout tells workers apart: 1 to 40 letters, digits, dots, underscores and
    /// hyphens.
    /// </summary>
    public string Ring { get; set; } = WorkerRing.Default;

    /// <summary>
    /// The URLs of silos, such as <c>http://10.0.0.1:5080</c>; one at least. The worker learns of the others from the
    /// silos' answers, but a worker that starts while these are down does not.
    /// </summary>
    public IList<string> Silos { get; } = [];

    /// <summary>
    /// The worker's API key; null for none, which only a silo without authentication accepts. Prefer
    /// <see cref="KeyFile"/>, or set it by an environment variable.
    /// </summary>
    public string? Key { get; set; }

    /// <summary>The file that has the worker's API key and nothing else. It is read again when it changes.</summary>
    public string? KeyFile { get; set; }

    /// <summary>A certificate in the place of a key, and the authorities of the silos' certificates.</summary>
    public WorkerTlsOptions Tls { get; set; } = new();

    /// <summary>
    /// How long a silo may take to accept a connection, and to answer after the end of the wait that it was asked for,
    /// before another one is asked. 100 milliseconds to 30 seconds.
    /// </summary>
    public TimeSpan SiloTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The file that keeps the last good routes, so that a worker serves them before it reaches the cluster; null for
    /// no file.
    /// </summary>
    public string? SnapshotPath { get; set; }

    /// <summary>
    /// How long a request with <c>X-Min-Route-Version</c> waits for that version before it is answered 503. Zero to 1
    /// minute.
    /// </summary>
    public TimeSpan MinVersionTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a request without a route may wait for the check that no newer version has one. Zero to 10 seconds;
    /// zero answers at once.
    /// </summary>
    public TimeSpan NotFoundTimeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Whether a synced route answers a request whose target the server reads as another path: with an encoded slash,
    /// with dot segments, or with repeated slashes at its start. False by default: it is answered 400, because
    /// middleware that guards paths looks at the server's path. Set it if no middleware does, and clients send encoded
    /// slashes.
    /// </summary>
    public bool AllowAmbiguousPaths { get; set; }

    /// <summary>
    /// The version of Werkzeug that the fleet's Odoo workers have: 2.2, 2.3, 3.0 or 3.1. Up to 3.0, the default, which
    /// Odoo 19 has, a path that matches only with repeated slashes merged is redirected (308). Later it is not found.
    /// </summary>
    public string Werkzeug { get; set; } = "3.0";

    internal MergedSlashes Merged => Werkzeug == "3.1" ? MergedSlashes.NotFound : MergedSlashes.Redirect;
}
