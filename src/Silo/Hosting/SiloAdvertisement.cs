using System.Net;
using EndpointSync.Grains.Publishing;

namespace EndpointSync.Silo.Hosting;

/// <summary>Tells the other silos, and through them workers, where this silo answers HTTP.</summary>
internal static class SiloAdvertisement
{
    private static readonly string[] Wildcards = ["*", "+", "0.0.0.0", "[::]"];

    // Known once the server listens: it may pick a port.
    public static void AdvertiseUrl(this WebApplication app, SiloSettings settings) =>
        app.Lifetime.ApplicationStarted.Register(
            () => app.Services.GetRequiredService<AdvertisedUrl>().Value = Of(settings, app.Urls));

    /// <summary>The silo's URL with a slash at its end; null if its server has no address on the network.</summary>
    public static string? Of(SiloSettings settings, IEnumerable<string> listening)
    {
        var address = settings.Cluster.AdvertisedAddress ?? IPAddress.Loopback.ToString();
        var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        var url = settings.Http.AdvertisedUrl
            ?? listening.FirstOrDefault(url => !url.Contains("://unix:", StringComparison.OrdinalIgnoreCase));
        if (url is null)
        {
            return null;
        }

        var wildcard = Wildcards.FirstOrDefault(text => url.Contains($"://{text}", StringComparison.Ordinal));
        return $"{(wildcard is null ? url : url.Replace(wildcard, host, StringComparison.Ordinal)).TrimEnd('/')}/";
    }
}
