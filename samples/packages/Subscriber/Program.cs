using EndpointSync.Grains.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.UseOrleans(silo => silo
    .UseLocalhostClustering(
        builder.Configuration.GetValue("SiloPort", 11111), builder.Configuration.GetValue("GatewayPort", 30000))
    .AddEndpointSync());

using var host = builder.Build();
await host.StartAsync();
await host.Services.GetRequiredService<IGrainFactory>().GetGrain<ICatalogGrain>("main").GetVersionAsync();
await host.WaitForShutdownAsync();
