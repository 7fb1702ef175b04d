namespace EndpointSync;

/// <summary>A registry was named that the cluster has no configuration for.</summary>
[GenerateSerializer, Alias("EndpointSync.UnknownRegistryException")]
public sealed class UnknownRegistryException : Exception
{
    /// <summary>Creates the error for a name that is not among the configured ones.</summary>
    /// <param name="registry">The name that was asked for.</param>
    /// <param name="known">The names that are configured.</param>
    public UnknownRegistryException(string registry, IEnumerable<string> known)
        : this($"Registry '{registry}' is not configured. Configured: {string.Join(", ", known.DefaultIfEmpty("none"))}. " +
               $"Add EndpointSync:Registries:{registry} to the silo's configuration, or correct the name.")
    {
    }

    /// <summary>Creates the error with a message of the caller's.</summary>
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
