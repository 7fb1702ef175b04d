namespace EndpointSync.Cli.Api;

/// <summary>No silo answered; the message is for the person at the terminal.</summary>
internal sealed class UnreachableException(string message, Exception cause) : Exception(message, cause);
