using System.Diagnostics.CodeAnalysis;

namespace EndpointSync.Silo.Api;

/// <summary>The rules for what a caller says of a rollback.</summary>
internal static class PinRules
{
    private const int LongestReason = 500;

    /// <summary>Checks a rollback, and adds to the errors that were found before.</summary>
    /// <param name="rollback">The rollback.</param>
    /// <param name="errors">The invalid parameters, each with the reason; null if all are valid.</param>
    public static bool TryCheck(
        Rollback rollback, [NotNullWhen(false)] ref Dictionary<string, string[]>? errors)
    {
        var found = errors ?? [];
        if (rollback.ToVersion < new RouteVersion(1))
        {
            found["toVersion"] = [$"'{rollback.ToVersion}' is no version that was published; nothing was changed"];
        }

        if (rollback.SeenVersion < new RouteVersion(1))
        {
            found["seenVersion"] =
                [$"'{rollback.SeenVersion}' is not the newest version of a registry that can be rolled back"];
        }

        if (rollback.Reason?.Trim() is not { Length: > 0 and <= LongestReason } reason || reason.Any(char.IsControl))
        {
            found["reason"] =
                [$"must say why, in 1 to {LongestReason} characters of one line; nothing was changed"];
        }

        errors = found.Count == 0 ? null : found;
        return errors is null;
    }
}
