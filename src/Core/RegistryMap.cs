using System.Diagnostics.CodeAnalysis;

namespace EndpointSync.Core;

/// <summary>One object for each configured registry, by the registry's name.</summary>
/// <param name="registries">Each registry's name and what belongs to it.</param>
internal sealed class RegistryMap<T>(IEnumerable<KeyValuePair<string, T>> registries)
    where T : notnull
{
    private readonly Dictionary<string, T> _registries = new(registries, StringComparer.Ordinal);

    /// <summary>The objects, without the names of their registries.</summary>
    public IReadOnlyCollection<T> All => _registries.Values;

    /// <summary>The names of the configured registries, in alphabetical order.</summary>
    public IEnumerable<string> Names => _registries.Keys.Order(StringComparer.Ordinal);

    /// <summary>A map of the same registries to something else.</summary>
    public RegistryMap<TOther> Select<TOther>(Func<T, TOther> select)
        where TOther : notnull =>
        new(_registries.Select(registry => KeyValuePair.Create(registry.Key, select(registry.Value))));

    public bool TryGet(string name, [MaybeNullWhen(false)] out T registry) =>
        _registries.TryGetValue(name, out registry);

    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    public T Get(string name) => TryGet(name, out var registry) ? registry : throw Unknown(name);

    public UnknownRegistryException Unknown(string name) => new(name, Names);
}
