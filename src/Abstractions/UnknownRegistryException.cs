namespace EndpointSync;

/// <summary>The cluster has no configuration for a registry of that name.</summary>
[GenerateSerializer, Alias("endpointsync.unknown-registry")]
public sealed class UnknownRegistryException : Exception
{
    /// <summary>Creates the error for a name that is not among the configured ones.</summary>
    /// <param name="registry">The name that was asked for.</param>
    /// <param name="known">The configured names.</param>
    public UnknownRegistryException(string registry, IEnumerable<string> known)
        : this(
            $"Registry '{registry}' is not configured. Configured: {string.Join(", ", known.DefaultIfEmpty("none"))}. "
            + $"Add EndpointSync:Registries:{registry} to the silo's configuration, or correct the name.")
    {
    }

    /// <summary>Creates the error with a given message.</summary>
    public UnknownRegistryException(string message) : base(message)
    {
    }

    /// <summary>Creates the error with a message and a cause.</summary>
    public UnknownRegistryException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>Creates the error without a message.</summary>
    public UnknownRegistryException()
    {
    }
}
