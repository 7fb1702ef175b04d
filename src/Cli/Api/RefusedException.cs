namespace EndpointSync.Cli.Api;

/// <summary>The silo refused a request.</summary>
internal sealed class RefusedException(ApiAnswer answer) : Exception("The silo refused.")
{
    public ApiAnswer Answer => answer;
}
