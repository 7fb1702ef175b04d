using System.Text.RegularExpressions;

namespace EndpointSync.Wire;

/// <summary>The labels of workers by which a rollout tells them apart.</summary>
internal static partial class WorkerRing
{
    /// <summary>The ring of a worker without a label.</summary>
    public const string Default = "rest";

    /// <summary>What a label looks like, in words.</summary>
    public const string Form = "1 to 40 letters, digits, dots, underscores and hyphens";

    public static bool IsValid(string ring) => Label().IsMatch(ring);

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,40}\z")]
    private static partial Regex Label();
}
