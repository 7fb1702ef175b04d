namespace EndpointSync.Client.Workers;

/// <summary>The words of an error as a sentence among others.</summary>
internal static class Reason
{
    public static string Of(Exception failure) => failure.Message.TrimEnd('.', ' ', '\n') + ".";
}
