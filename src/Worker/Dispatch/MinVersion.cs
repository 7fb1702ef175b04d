using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Worker.Dispatch;

/// <summary>The oldest version that may answer a request, from its header.</summary>
internal static class MinVersion
{
    /// <summary>
    /// Reads the header. Version 0 if the request has none or an empty one. False if the header is not a version;
    /// <paramref name="text"/> then has its value.
    /// </summary>
    public static bool TryRead(HttpRequest request, out RouteVersion version, out string text)
    {
        (version, text) = (RouteVersion.None, "");
        text = request.Headers[SyncedHeaders.MinVersion].ToString();
        if (text.Length == 0)
        {
            return true;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        version = new RouteVersion(number);
        return true;
    }
}
