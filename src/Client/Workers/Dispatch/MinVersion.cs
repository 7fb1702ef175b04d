using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>What a request says of the oldest version that may answer it.</summary>
internal static class MinVersion
{
    /// <summary>False if the request says something that is no version; it is in <paramref name="text"/> then. Version 0 if it says nothing.</summary>
    public static bool TryRead(HttpRequest request, out RouteVersion version, out string text)
    {
        (version, text) = (RouteVersion.None, "");
        if (!request.Headers.TryGetValue(SyncedHeaders.MinVersion, out var values))
        {
            return true;
        }

        text = values.ToString();
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        version = new RouteVersion(number);
        return true;
    }
}
