using EndpointSync.Silo;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Api;
using EndpointSync.Silo.Health;
using EndpointSync.Silo.Hosting;
using EndpointSync.Silo.Telemetry;
using EndpointSync.Silo.WebConsole;

if (HealthProbe.IsAskedFor(args))
{
    return await HealthProbe.RunAsync(args);
}

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
    builder.AddSystemd();
    builder.AddDrain(settings.Http);
    builder.AddSiloHealth(settings);
    builder.AddConsole();
    builder.AddOrleansDashboard(settings.Http);
    builder.AddApi();
    builder.AddTelemetry(settings.Cluster.Name);
    builder.AddAccess(settings.Http);
    builder.AddIssuerSignIn(settings.Http.Jwt);

    await using var app = builder.Build();
    app.UseDrain(settings.Http);
    app.MapSiloHealth();
    app.MapApi();
    app.MapConsole();
    app.MapOrleansDashboard(settings.Http);
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
