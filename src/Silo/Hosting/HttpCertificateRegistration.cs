using EndpointSync.Silo.Access;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EndpointSync.Silo.Hosting;

/// <summary>
/// Has the <c>https</c> listeners use the certificate that the settings name, and ask callers for theirs where these
/// count. Kestrel has one place for both: who sets its defaults a second time replaces the first.
/// </summary>
internal static class HttpCertificateRegistration
{
    public static void AddHttpCertificate(this WebApplicationBuilder builder, HttpSettings http)
    {
        if (http.Certificate is not null)
        {
            builder.Services.AddSingleton<HttpCertificate>()
                .AddHostedService(provider => provider.GetRequiredService<HttpCertificate>());
        }

        builder.Services.AddOptions<KestrelServerOptions>().Configure<IServiceProvider>(
            (kestrel, services) => kestrel.ConfigureHttpsDefaults(https =>
            {
                services.GetService<HttpCertificate>()?.UseIn(https);
                services.GetService<ClientCertificates>()?.Configure(https);
            }));
    }
}
