using EndpointSync.Silo;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Api;
using EndpointSync.Silo.Health;
using EndpointSync.Silo.Hosting;
using EndpointSync.Silo.Telemetry;

var builder = WebApplication.CreateBuilder(
    new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
try
{
    var settings = SiloSettings.Read(builder.Configuration);

    var endpoints = ClusterEndpoints.Resolve(settings.Cluster);
    settings.Cluster.AdvertisedAddress ??= endpoints.Advertised.ToString();
    ExclusivePorts.Check(endpoints);
    builder.UseDefaultUrl();
    builder.LimitRequests();
    builder.AddHttpCertificate(settings.Http);
    builder.AddTrustedProxies(settings.Http);
    await builder.AddSiloAsync(settings, endpoints);
    await ClusterReach.CheckAsync(settings.Cluster, endpoints);
    var skew = await ClockSkew.CheckAsync(settings.Cluster);
    builder.AddSiloHealth(settings);
    builder.AddApi();
    builder.AddTelemetry(settings.Cluster.Name);
    builder.AddAccess(settings.Http);

    await using var app = builder.Build();
    app.MapSiloHealth();
    app.MapApi();
    app.MapTelemetry();
    app.LogStarted(settings);
    app.LogClockSkew(skew);
    app.AdvertiseUrl(settings);
    await app.ResetFutureSignsOfLifeAsync(settings.Cluster);
    await app.RunSiloAsync();
    return 0;
}
catch (StartException refused)
{
    await Console.Error.WriteLineAsync(refused.Message);
    return refused.ExitCode;
}
