using System.Diagnostics;

namespace EndpointSync.Core;

/// <summary>
/// The trace id of the request in which an application calls a grain. It goes along with the call, so that the audit
/// has it.
/// </summary>
internal static class CallerTrace
{
    private const string Key = "endpointsync.trace";
    private const int Digits = 32;

    /// <summary>Sends the trace id of the current activity, if there is one, with the calls that follow.</summary>
    public static void Send()
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            RequestContext.Set(Key, activity.TraceId.ToHexString());
        }
    }

    /// <summary>The id that came with this call; null if there is none. Whoever calls may send what he likes.</summary>
    public static string? Received() =>
        RequestContext.Get(Key) is string { Length: Digits } id && id.All(char.IsAsciiHexDigitLower) ? id : null;
}
