namespace EndpointSync.Silo.Hosting;

/// <summary>Where the HTTP API listens if nothing is configured: on this machine only.</summary>
internal static class DefaultUrl
{
    private const string Url = "http://127.0.0.1:5080";

    private static readonly string[] Keys = ["urls", "http_ports", "https_ports"];

    /// <summary>
    /// Sets the default behind every source. In appsettings.json it would take precedence over the variables of
    /// ASP.NET Core, such as ASPNETCORE_URLS and the ASPNETCORE_HTTP_PORTS of container images.
    /// </summary>
    public static void UseDefaultUrl(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if (Keys.All(key => string.IsNullOrEmpty(configuration[key]))
            && !configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(Url);
        }
    }
}
