using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Watching;

/// <summary>What the screen of <c>watch</c> shows.</summary>
/// <param name="Status">The registry; null if it was not answered.</param>
/// <param name="Subscribers">Who follows it.</param>
/// <param name="Versions">The newest versions.</param>
/// <param name="Recent">What happened, newest first.</param>
/// <param name="Problem">Why nothing newer is shown; null if it is new.</param>
/// <param name="Refused">What the silo refused; null if it answered.</param>
internal sealed record WatchedState(
    RegistryStatus? Status, IReadOnlyList<Subscriber> Subscribers, IReadOnlyList<VersionReceipt> Versions,
    IReadOnlyList<Cell> Recent, string? Problem, ApiAnswer? Refused)
{
    private const int MostVersions = 5;
    private const int MostSubscribers = 10_000;

    public static async Task<WatchedState> ReadAsync(Session session, string registry, IReadOnlyList<Cell> recent)
    {
        try
        {
            var status = await SendAsync(session, Operations.Status.At([registry]));
            if (!status.IsSuccess)
            {
                return Without(recent, string.Join(' ', Api.Problem.Describe(status)), status);
            }

            var subscribers = await SendAsync(
                session, Operations.Subscribers.At([registry], ("limit", Columns.Text(MostSubscribers))));
            var versions = await SendAsync(
                session, Operations.Versions.At([registry], ("limit", Columns.Text(MostVersions))));
            return new WatchedState(
                status.Read<RegistryStatus>(),
                subscribers.IsSuccess ? subscribers.Read<SubscriberList>().Subscribers : [],
                versions.IsSuccess ? versions.Read<VersionPage>().Versions : [], recent, Problem: null, Refused: null);
        }
        catch (UnreachableException away)
        {
            return Without(recent, away.Message, refused: null);
        }
    }

    private static Task<ApiAnswer> SendAsync(Session session, ApiCall call) =>
        session.Api.SendAsync(call, session.CancellationToken);

    private static WatchedState Without(IReadOnlyList<Cell> recent, string problem, ApiAnswer? refused) =>
        new(Status: null, [], [], recent, problem, refused);
}
