namespace EndpointSync.Worker;

/// <summary>Formats an error's message as a sentence.</summary>
internal static class Reason
{
    public static string Of(Exception failure) => failure.Message.TrimEnd('.', ' ', '\n') + ".";
}
