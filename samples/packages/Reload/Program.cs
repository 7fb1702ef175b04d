using EndpointSync;
using EndpointSync.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.AddEndpointSyncClient();

using var host = builder.Build();
await host.StartAsync();
var client = host.Services.GetRequiredService<IEndpointSyncClient>();
var receipt = await client.ReloadAsync("openspp", new ReloadOptions { WaitFor = WaitFor.Workers });
Console.WriteLine($"{receipt.Outcome}, version {receipt.Version}, {receipt.EndpointsSynced} endpoints");
await host.StopAsync();
return receipt.InSync ? 0 : 1;
