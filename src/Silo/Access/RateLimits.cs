using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using EndpointSync.Silo.Problems;
using Microsoft.AspNetCore.RateLimiting;

namespace EndpointSync.Silo.Access;

/// <summary>
/// How often a caller may ask: a bucket for each principal, and one for each address without a valid credential. So
/// guessing keys is slow, and nobody is held up by others.
/// </summary>
internal static class RateLimits
{
    private const int NetworkBytes = 8;

    public static void Configure(RateLimiterOptions options, LimitSettings limits)
    {
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            PrincipalOf(context) is not null
                ? Bucket(BucketOf(context), limits.RequestsPerSecond, limits.Burst)
                : Bucket(BucketOf(context), limits.AnonymousPerSecond, limits.AnonymousBurst));
        options.OnRejected = (rejected, _) => new ValueTask(RejectAsync(rejected.HttpContext, rejected.Lease));
    }

    private static string? PrincipalOf(HttpContext context) =>
        context.User.Identity is { IsAuthenticated: true, Name: { } principal } ? principal : null;

    private static string BucketOf(HttpContext context) => PrincipalOf(context) is { } principal
        ? $"principal {principal}"
        : $"{(IsHealth(context) ? "health" : "address")} {NetworkOf(context.Connection.RemoteIpAddress)}";

    // A supervisor's probes have a bucket of their own: who guesses keys behind the same proxy must not make a silo
    // look dead.
    private static bool IsHealth(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);

    // Whoever has an address of IPv6 has the 2^64 of its network.
    private static string NetworkOf(IPAddress? address) => address switch
    {
        null => "of a local socket",
        { IsIPv4MappedToIPv6: true } => $"{address.MapToIPv4()}",
        { AddressFamily: AddressFamily.InterNetworkV6 } =>
            Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes)),
        _ => $"{address}",
    };

    private static RateLimitPartition<string> Bucket(string key, int perSecond, int burst) =>
        RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        });

    private static Task RejectAsync(HttpContext context, RateLimitLease lease)
    {
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var told) ? told : TimeSpan.Zero;
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var principal = PrincipalOf(context);
        context.RequestServices.GetRequiredService<RefusalCounter>().Count(RefusalReason.TooMany);
        context.RequestServices.GetRequiredService<RateLimitLog>().Refused(
            BucketOf(context), principal ?? $"{context.Connection.RemoteIpAddress} without a valid credential");
        var who = principal is not null ? "this credential" : "this address without a valid credential";
        return ProblemTypes.TooManyRequests.Answer(
            $"Nothing was done: {who} has asked too often. Try again in {seconds} s. EndpointSync:Http:Limits has the "
            + "limits.").ExecuteAsync(context);
    }
}
