using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EndpointSync.Silo.Hosting;

/// <summary>Adds <see cref="HttpCertificate"/> if the settings name one.</summary>
internal static class HttpCertificateRegistration
{
    public static void AddHttpCertificate(this WebApplicationBuilder builder, HttpSettings http)
    {
        if (http.Certificate is null)
        {
            return;
        }

        builder.Services.AddSingleton<HttpCertificate>()
            .AddHostedService(provider => provider.GetRequiredService<HttpCertificate>())
            .AddOptions<KestrelServerOptions>()
            .Configure<HttpCertificate>(
                (kestrel, certificate) => kestrel.ConfigureHttpsDefaults(certificate.UseIn));
    }
}
