using System.Net;

namespace EndpointSync.Silo.Health;

/// <summary>
/// Asks a silo on this machine for its health, for supervisors of images without a shell or an HTTP client:
/// <c>EndpointSync.Silo probe [URL]</c>.
/// </summary>
internal static class HealthProbe
{
    /// <summary>The conventional exit code for a wrong command line.</summary>
    public const int WrongUsage = 64;

    private const string Command = "probe";
    private const string Usage = "Usage: EndpointSync.Silo probe [URL], with the URL of a silo on this machine; "
        + "without one, " + Default;

    private const string Default = "http://127.0.0.1:5080/health/ready";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Whether the command line asks for a probe instead of a silo.</summary>
    public static bool IsAskedFor(string[] args) => args is [Command, ..];

    /// <returns>The exit code: 0 for 200, 1 for every other answer and for none.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length > 2 || !Uri.TryCreate(args.Length == 2 ? args[1] : Default, UriKind.Absolute, out var url)
            || url.Scheme is not ("http" or "https") || !url.IsLoopback)
        {
            await Console.Error.WriteLineAsync(Usage);
            return WrongUsage;
        }

        try
        {
            using var http = new HttpClient(Handler()) { Timeout = Timeout };
            using var answer = await http.GetAsync(url);
            await Console.Out.WriteLineAsync(
                $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}".TrimEnd());
            return answer.StatusCode == HttpStatusCode.OK ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(
                failure is HttpRequestException
                    ? $"{url} cannot be asked: {failure.Message}"
                    : $"{url} did not answer within {Timeout.TotalSeconds:0} seconds");
            return 1;
        }
    }

    // No proxy leads to this machine itself. The silo's certificate is for the names that others use; nothing secret is
    // sent, and nobody else answers at a loopback address of its own machine.
#pragma warning disable CA5359
    private static SocketsHttpHandler Handler() => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    };
#pragma warning restore CA5359
}
