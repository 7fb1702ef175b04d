using System.Diagnostics.CodeAnalysis;

namespace EndpointSync.Grains.Registries;

/// <summary>The registries that this silo is configured for, by name.</summary>
internal sealed class RegistryCatalog(IEnumerable<Registry> registries)
{
    private readonly Dictionary<string, Registry> _registries = registries.ToDictionary(registry => registry.Name, StringComparer.Ordinal);

    public IEnumerable<Registry> All => _registries.Values;

    public bool TryGet(string name, [NotNullWhen(true)] out Registry? registry) => _registries.TryGetValue(name, out registry);

    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    public Registry Get(string name) => TryGet(name, out var registry) ? registry : throw Unknown(name);

    public UnknownRegistryException Unknown(string name) => new(name, _registries.Keys.Order(StringComparer.Ordinal));
}
