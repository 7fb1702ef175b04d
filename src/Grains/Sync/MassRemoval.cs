namespace EndpointSync.Grains.Sync;

/// <summary>
/// A sync would remove most of a registry's routes, because their endpoints are gone or archived. A wrong restore, a
/// policy or a careless statement looks like that too, so a person has to allow it.
/// </summary>
internal static class MassRemoval
{
    /// <summary>So many routes may be withdrawn in any case.</summary>
    public const int MostRoutes = 10;

    /// <summary>Why a sync that nobody allowed it is refused; null if it is not.</summary>
    /// <param name="withdrawn">How many routes would be removed.</param>
    /// <param name="routes">How many routes endpoints have in the newest version.</param>
    public static ReloadProblem? ProblemOf(int withdrawn, int routes) =>
        withdrawn <= MostRoutes || 2 * withdrawn < routes
            ? null
            : new ReloadProblem(
                null,
                $"The sync would remove {withdrawn} of {routes} routes, because their endpoints are gone or archived. "
                + "Nothing was written, and the registry stays due.",
                "If that is meant, reload with allowMassRemoval=true (endpointsync reload --allow-mass-removal). "
                + "Otherwise bring the endpoints back.");

    /// <inheritdoc cref="ProblemOf" />
    /// <exception cref="SyncRefusedException">It would remove half of them or more.</exception>
    public static void RefuseIfMost(int withdrawn, int routes)
    {
        if (ProblemOf(withdrawn, routes) is { } problem)
        {
            throw new SyncRefusedException(problem);
        }
    }
}
