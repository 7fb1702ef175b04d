using System.Runtime.CompilerServices;
using EndpointSync.Cli.Api;
using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Cli.Streams;

/// <summary>
/// Follows the events of a registry. When a silo goes away, it goes on at another one, from the event that it had last.
/// </summary>
/// <param name="api">The silo that is asked first; the others are those that it names.</param>
/// <param name="registry">The registry.</param>
/// <param name="after">The cursor to go on from; null: from now on.</param>
/// <param name="say">Gets what a person should know about the connection.</param>
internal sealed class EventFeed(SiloApi api, string registry, string? after, Action<string> say)
{
    private static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(1);

    private readonly SiloList _silos = new([api.Server.AbsoluteUri]);
    private string? _lastId;
    private string? _end;

    /// <summary>The events, until the caller has enough.</summary>
    /// <exception cref="RefusedException">The silo refuses; another one would too.</exception>
    /// <exception cref="UnreachableException">No silo could be reached, and none was before.</exception>
    public async IAsyncEnumerable<ServerEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (wasConnected, failure) = (false, (Exception?)null);
        while (true)
        {
            var pause = DefaultRetry;
            foreach (var silo in _silos.FromCurrent())
            {
                using var connection = api.At(silo);
                using var stream = await OpenAsync(connection, error => failure = error, cancellationToken);
                if (stream is null)
                {
                    continue;
                }

                if (wasConnected)
                {
                    say($"Connected to {silo.Authority}.");
                }

                wasConnected = true;
                _silos.MoveTo(silo);
                await LearnAsync(connection, cancellationToken);
                var reader = new ServerEventReader(stream);
                while (await NextAsync(reader, cancellationToken) is { } one)
                {
                    // Silos have come or gone.
                    if (one.Kind == "convergence")
                    {
                        await LearnAsync(connection, cancellationToken);
                    }

                    yield return one;
                }

                pause = reader.Retry ?? pause;
                say($"{silo.Authority} ended the stream: {_end}.");
                break;
            }

            if (!wasConnected)
            {
                throw new UnreachableException(
                    $"No silo can be reached at {api.Server.AbsoluteUri}: {ConnectionFailure.Text(failure!)}",
                    failure!);
            }

            await Task.Delay(pause, cancellationToken);
        }
    }

    private async Task<StreamReader?> OpenAsync(
        SiloApi silo, Action<Exception> onFailure, CancellationToken cancellationToken)
    {
        try
        {
            var response = await silo.OpenAsync(
                Operations.Events.At([registry], ("after", _lastId is null ? after : null)), _lastId,
                cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            }

            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            var answer = new ApiAnswer(response.StatusCode, text);
            response.Dispose();
            // A silo that is busy or starts is asked again; any other refusal stays what it is.
            return (int)answer.Status >= 500
                ? throw new HttpRequestException(string.Join(' ', Problem.Describe(answer)))
                : throw new RefusedException(answer);
        }
        catch (HttpRequestException failure)
        {
            onFailure(failure);
            return null;
        }
    }

    private async Task<ServerEvent?> NextAsync(ServerEventReader reader, CancellationToken cancellationToken)
    {
        try
        {
            var next = await reader.ReadAsync(cancellationToken);
            _end = reader.Comment ?? "it does not say why";
            return next;
        }
        catch (Exception lost) when (lost is IOException or HttpRequestException or TimeoutException)
        {
            _end = "the connection was lost";
            return null;
        }
        finally
        {
            _lastId = reader.LastId ?? _lastId;
        }
    }

    // Without the others the stream goes on at this silo alone.
    private async Task LearnAsync(SiloApi silo, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await silo.SendAsync(Operations.Gateways.At([]), cancellationToken);
            if (answer.IsSuccess)
            {
                _silos.Learn(answer.Read<GatewayList>().Silos, silo.Server);
            }
        }
        catch (UnreachableException)
        {
        }
    }
}
