using EndpointSync.Silo.Problems;
using EndpointSync.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EndpointSync.Silo.Api;

/// <summary>Why a rollback or the end of a pin was refused, as problem details.</summary>
internal static class PinAnswers
{
    /// <summary>The refusal of a rollback; null if it was done.</summary>
    public static ProblemHttpResult? Refusal(PinAnswer answer, string registry, Rollback rollback) => answer switch
    {
        { Refusal: PinRefusal.NeverMade } => ProblemTypes.NoSuchVersion.Answer(
            $"Registry '{registry}' has no version {rollback.ToVersion}; its newest is {answer.Receipt.Version}. "
            + "Nothing was changed."),
        { Refusal: PinRefusal.NotKept } => ProblemTypes.VersionNotKept.Answer(
            $"The routes of version {rollback.ToVersion} of registry '{registry}' are not kept. Nothing was changed. "
            + "The list of versions has those that can be published again."),
        { Refusal: PinRefusal.VersionMoved } => Moved(answer, registry, rollback.SeenVersion),
        { Receipt.LockWasBusy: true } => ProblemTypes.LockBusy.Answer(
            "Nothing was changed. The lock is held by "
            + $"{answer.Receipt.LockHolder?.ToString() ?? "a session that has ended since"}. "
            + "Try again, with a longer timeout, or end that session.",
            extensions: Receipt(answer)),
        { Receipt.Outcome: ReloadOutcome.Failed } => ProblemTypes.ReloadFailed.Answer(
            $"{answer.Receipt.Problem?.Detail} Read the status before you try again: a commit whose answer was lost "
            + "shows there as a pin.",
            $"Registry '{registry}' was not rolled back", Receipt(answer)),
        _ => null,
    };

    /// <summary>The refusal if there is another newest version than the caller saw; null if there is not.</summary>
    public static ProblemHttpResult? Moved(PinAnswer answer, string registry, RouteVersion seen) =>
        answer.Refusal != PinRefusal.VersionMoved
            ? null
            : ProblemTypes.VersionMoved.Answer(
                $"Registry '{registry}' is at version {answer.Receipt.Version} and not at {seen}, which the request "
                + "saw. Nothing was changed. Look at what changed, and ask again with the new number.",
                extensions: [new("version", answer.Receipt.Version)]);

    public static ProblemHttpResult NotPinned(string registry) => ProblemTypes.NotPinned.Answer(
        $"Registry '{registry}' has no pin. Nothing was changed. A reload publishes what is due.");

    private static IEnumerable<KeyValuePair<string, object?>> Receipt(PinAnswer answer) =>
        [new("receipt", answer.Receipt)];
}
