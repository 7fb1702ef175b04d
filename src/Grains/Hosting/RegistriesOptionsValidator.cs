using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Postgres;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Hosting;

/// <summary>The rules for a silo's registries. Each error names the key, its value and the remedy.</summary>
internal sealed class RegistriesOptionsValidator : IValidateOptions<RegistriesOptions>
{
    // Postgres truncates identifiers to 63 bytes.
    private const int LongestIdentifier = 63;

    public ValidateOptionsResult Validate(string? name, RegistriesOptions options)
    {
        var errors = Check(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>What is wrong with the registries or with the cluster's database; empty if nothing is.</summary>
    public static IEnumerable<string> CheckAll(RegistriesOptions settings)
    {
        if (string.IsNullOrWhiteSpace(settings.ClusterConnectionString))
        {
            yield return "EndpointSync:Cluster:ConnectionString is empty: set it, or "
                + $"ConnectionStrings:{NamedConnectionStrings.Cluster}, to the PostgreSQL database of the registries.";
        }
        else if (ConnectionStringRules.ComplaintAbout(settings.ClusterConnectionString) is { } complaint)
        {
            yield return $"EndpointSync:Cluster:ConnectionString {complaint}";
        }

        foreach (var error in Check(settings))
        {
            yield return error;
        }
    }

    /// <summary>What is wrong with the registries; empty if nothing is.</summary>
    public static IEnumerable<string> Check(RegistriesOptions settings)
    {
        if (settings.Registries.Count == 0)
        {
            yield return "EndpointSync:Registries is empty: name at least one registry, "
                + "such as EndpointSync:Registries:openspp:ConnectionString.";
        }

        foreach (var (name, registry) in settings.Registries)
        {
            foreach (var complaint in Registry(name, registry))
            {
                yield return $"EndpointSync:Registries:{name}{complaint}";
            }
        }

        foreach (var twins in settings.Registries
                     .GroupBy(entry => (
                         entry.Value.ConnectionString ?? settings.ClusterConnectionString, entry.Value.Schema))
                     .Where(group => group.Count() > 1))
        {
            var names = string.Join(" and ", twins.Select(entry => $"'{entry.Key}'"));
            yield return $"Registries {names} have the same ConnectionString and Schema: "
                + "one set of tables is one registry.";
        }
    }

    private static IEnumerable<string> Registry(string name, RegistryOptions registry)
    {
        if (!RegistryName.IsValid(name))
        {
            yield return $" is not a valid registry name: {RegistryName.Rule}.";
        }

        if (registry.ConnectionString is { } connectionString
            && ConnectionStringRules.ComplaintAbout(connectionString) is { } complaint)
        {
            yield return $":ConnectionString {complaint}";
        }

        if (registry.Schema is not { Length: > 0 and <= LongestIdentifier })
        {
            yield return $":Schema ('{registry.Schema}') must be the name of a schema, "
                + $"1 to {LongestIdentifier} characters.";
        }

        if (string.IsNullOrWhiteSpace(registry.LockName))
        {
            yield return $":LockName is empty: leave it out for Odoo's '{RegistryOptions.DefaultLockName}', "
                + "or name the lock that every writer takes.";
        }
    }
}
