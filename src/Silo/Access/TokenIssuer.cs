using EndpointSync.Core;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace EndpointSync.Silo.Access;

/// <summary>
/// The tokens' issuer and the keys that it signs with. The silo asks it when it starts, every five minutes, and for a
/// token with a key that it does not know. The keys that it knows stay valid while the issuer is away.
/// </summary>
internal sealed partial class TokenIssuer : BackgroundService
{
    private const string Discovery = ".well-known/openid-configuration";
    private const int LongestDocument = 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenFailures = TimeSpan.FromSeconds(1);

    // Tokens with unknown keys, which anybody can send, must not become a request to the issuer each.
    private static readonly TimeSpan BetweenUnknownKeys = TimeSpan.FromSeconds(10);

    private readonly string _authority;
    private readonly TimeProvider _clock;
    private readonly ILogger<TokenIssuer> _logger;
    private readonly Lock _asking = new();
    private Task<bool>? _question;
    private Failure? _failure;

    public TokenIssuer(HttpSettings settings, TimeProvider clock, ILogger<TokenIssuer> logger)
    {
        (_authority, _clock, _logger) = (settings.Jwt.Authority!.TrimEnd('/'), clock, logger);
        Http = new HttpClient(new IssuerHandler())
        {
            Timeout = Timeout,
            MaxResponseContentBufferSize = LongestDocument,
        };
        Configuration = new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{_authority}/{Discovery}",
            new OpenIdConnectConfigurationRetriever(),
            // The handler requires https, except on loopback.
            new HttpDocumentRetriever(Http) { RequireHttps = false })
        {
            AutomaticRefreshInterval = BaseConfigurationManager.MinimumAutomaticRefreshInterval,
            RefreshInterval = BetweenUnknownKeys,
            // A key that the issuer withdrew would go on being valid.
            UseLastKnownGoodConfiguration = false,
        };
    }

    /// <summary>Asks the issuer.</summary>
    public HttpClient Http { get; }

    /// <summary>What the issuer says of itself.</summary>
    public ConfigurationManager<OpenIdConnectConfiguration> Configuration { get; }

    /// <summary>
    /// Whether the issuer's keys are known. If they are not, the issuer is asked; after it failed, nobody waits for it.
    /// </summary>
    public async ValueTask<bool> IsKnownAsync(CancellationToken cancellationToken)
    {
        if (_failure is not { } last)
        {
            return await AskOnce().WaitAsync(cancellationToken);
        }

        if (_clock.GetElapsedTime(last.At) >= BetweenFailures)
        {
            _ = AskOnce();
        }

        return false;
    }

    // One question for all that wait.
    private Task<bool> AskOnce()
    {
        lock (_asking)
        {
            return _question is { IsCompleted: false } ? _question : _question = AskAsync();
        }
    }

    private async Task<bool> AskAsync()
    {
        try
        {
            // The manager passes no token on, and reads two documents.
            await Configuration.GetConfigurationAsync(CancellationToken.None).WaitAsync(Timeout, _clock);
            if (Interlocked.Exchange(ref _failure, null) is not null)
            {
                LogBack(_authority);
            }

            return true;
        }
        catch (Exception failure)
        {
            if (Interlocked.Exchange(ref _failure, new Failure(_clock.GetTimestamp())) is null)
            {
                LogAway(_authority, new LogText(ReasonOf(failure)));
            }

            return false;
        }
    }

    public override void Dispose()
    {
        Http.Dispose();
        base.Dispose();
    }

    // A wrong authority shows when the silo starts, and not with the first token.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => AskOnce();

    private static string ReasonOf(Exception failure) => IsTimeout(failure)
        ? $"it did not answer within {Timeout.TotalSeconds:0} seconds."
        : $"{failure.GetBaseException().Message.TrimEnd('.')}.";

    private static bool IsTimeout(Exception? failure) => failure is not null
        && (failure is OperationCanceledException or TimeoutException || IsTimeout(failure.InnerException));

    [LoggerMessage(
        2015, LogLevel.Warning,
        "The issuer of tokens {Authority} cannot be asked: {Reason} Requests with tokens get 503; keys are not "
        + "affected")]
    private partial void LogAway(string authority, LogText reason);

    [LoggerMessage(2016, LogLevel.Information, "The issuer of tokens {Authority} answers; tokens are checked again")]
    private partial void LogBack(string authority);

    private sealed record Failure(long At);
}
