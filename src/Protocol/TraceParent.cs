using System.Diagnostics;

namespace EndpointSync.Core;

/// <summary>
/// A place in a trace as W3C's <c>traceparent</c>, which travels with a request and with a version. Only what is
/// sampled is sent, so that whoever receives it has something to add to.
/// </summary>
internal static class TraceParent
{
    /// <summary>The longest that is read; the specification's has 55 characters.</summary>
    private const int Longest = 128;

    /// <summary>The place of an activity; null if there is none or nobody records it.</summary>
    public static string? Of(Activity? activity) =>
        activity is { Recorded: true, IdFormat: ActivityIdFormat.W3C } ? activity.Id : null;

    /// <summary>
    /// Reads what a peer sent. What cannot be read is no error, since tracing must not fail what is traced.
    /// </summary>
    public static bool TryRead(string? text, out ActivityContext context)
    {
        context = default;
        return text is { Length: <= Longest }
            && ActivityContext.TryParse(text, traceState: null, isRemote: true, out context);
    }
}
