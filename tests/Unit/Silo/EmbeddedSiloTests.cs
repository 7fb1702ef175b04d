using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointSync.Tests.Unit.Silo;

/// <summary>A host that embeds a silo is checked as the product's own silo is.</summary>
public sealed class EmbeddedSiloTests
{
    [Fact]
    public void Every_wrong_value_of_an_embedding_host_stops_its_start_with_key_and_value()
    {
        var services = new ServiceCollection();
        services.Configure<SyncOptions>(options => options.Deadline = TimeSpan.FromMinutes(1));
        services.Configure<PublishingOptions>(options => options.WorkerLease = TimeSpan.Zero);
        services.AddEndpointSyncGrains(
            "Host=db", new Dictionary<string, RegistryOptions> { ["Open SPP"] = new() { Schema = "" } });

        var refused = Assert.Throws<AggregateException>(() => Start(services));

        var errors = refused.InnerExceptions.Cast<OptionsValidationException>()
            .SelectMany(error => error.Failures)
            .ToList();
        Assert.Contains(
            errors, error => error.StartsWith("EndpointSync:Sync:Deadline (00:01:00)", StringComparison.Ordinal));
        Assert.Contains(
            errors,
            error => error.StartsWith("EndpointSync:Publishing:WorkerLease (00:00:00)", StringComparison.Ordinal));
        Assert.Contains(
            errors,
            error => error.StartsWith(
                "EndpointSync:Registries:Open SPP is not a valid registry name", StringComparison.Ordinal));
        Assert.Contains(
            errors,
            error => error.StartsWith("EndpointSync:Registries:Open SPP:Schema ('')", StringComparison.Ordinal));
    }

    [Fact]
    public void Good_values_pass()
    {
        var services = new ServiceCollection();
        services.AddEndpointSyncGrains("Host=db", new Dictionary<string, RegistryOptions> { ["openspp"] = new() });

        Start(services);
    }

    private static void Start(ServiceCollection services)
    {
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<IStartupValidator>().Validate();
    }
}
