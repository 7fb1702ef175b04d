namespace EndpointSync.Cli;

/// <summary>The command cannot be run as it was given; the message is for the person at the terminal.</summary>
internal sealed class UsageException(string message) : Exception(message);
