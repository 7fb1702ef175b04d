namespace EndpointSync.Grains.Postgres;

/// <summary>
/// A registry's database lacks something that a person has to add: a table, a column, or a privilege. The message names
/// it and the remedy.
/// </summary>
internal sealed class RegistryUnusableException(string message) : Exception(message);
