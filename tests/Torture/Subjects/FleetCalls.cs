using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Subjects;

/// <summary>The requests to silos and workers, and what their answers mean.</summary>
internal sealed class FleetCalls(Recorder recorder) : IDisposable
{
    public const string Registry = "openspp";

    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(40);

    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter() } };

    private readonly HttpClient _http = new() { Timeout = LongestAnswer };

    /// <summary>Asks for a reload and records the answer.</summary>
    public async Task<Reload> ReloadAsync(string silo, Uri url, string wait, CancellationToken cancellationToken)
    {
        var start = recorder.Now;
        var asked = new Reload(silo) { Start = start, Wait = wait.Length > 0 ? wait : null };
        var query = wait switch
        {
            "" => "",
            "lock" => "&lock=wait&timeout=3s",
            _ => $"&wait={wait}&timeout=5s",
        };
        try
        {
            using var response = await _http.PostAsync(
                Api(url, $"reload?attach=true{query}"), content: null, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            var receipt = response.IsSuccessStatusCode ? JsonSerializer.Deserialize<ReloadReceipt>(text, Json) : null;
            asked = receipt is null ? asked with { Detail = $"{(int)response.StatusCode} {text}" } : Of(asked, receipt);
        }
        catch (Exception failure) when (IsLost(failure, cancellationToken))
        {
            asked = asked with { Detail = failure.Message };
        }

        asked = asked with { End = recorder.Now };
        recorder.Add(asked);
        return asked;
    }

    /// <inheritdoc cref="ISubject.AskAsync" />
    public async Task<WorkerAnswer?> AskAsync(
        Member member, Uri url, string path, long min, CancellationToken cancellationToken)
    {
        var life = member.Life;
        var answer = new WorkerAnswer(life, path, 0, 0) { Start = recorder.Now, Min = min };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, $"{path}/x"));
        if (min > 0)
        {
            request.Headers.Add("X-Min-Route-Version", min.ToString(CultureInfo.InvariantCulture));
        }

        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var app = response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync<AppAnswer>(Json, cancellationToken))!.App
                : null;
            answer = answer with
            {
                Status = (int)response.StatusCode,
                Version = response.Headers.TryGetValues("X-Route-Version", out var versions)
                    ? long.Parse(versions.Single(), CultureInfo.InvariantCulture)
                    : 0,
                App = app,
            };
        }
        catch (Exception failure) when (IsLost(failure, cancellationToken))
        {
            answer = answer with { Detail = failure.Message };
        }

        answer = answer with { End = recorder.Now };
        return member.Life == life ? answer : null;
    }

    /// <inheritdoc cref="ISubject.EditAsync" />
    public async Task<(Ending Ending, string Trace)> EditAsync(
        Uri url, int endpoint, string what, object? body, CancellationToken cancellationToken)
    {
        var trace = Guid.NewGuid().ToString("N");
        using var request = what switch
        {
            "archive" => new HttpRequestMessage(HttpMethod.Post, Api(url, $"endpoints/{endpoint}/archive")),
            "unlink" => new HttpRequestMessage(HttpMethod.Delete, Api(url, $"endpoints/{endpoint}")),
            _ => new HttpRequestMessage(HttpMethod.Patch, Api(url, $"endpoints/{endpoint}"))
            {
                Content = JsonContent.Create(body),
            },
        };
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var ending = (int)response.StatusCode switch
            {
                < 300 => Ending.Done,
                < 500 => Ending.Refused,
                _ => Ending.Unknown,
            };
            return (ending, trace);
        }
        catch (Exception failure) when (IsLost(failure, cancellationToken))
        {
            return (Ending.Unknown, trace);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Whether an answer was lost, and not given up because the run ends.</summary>
    private static bool IsLost(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException or JsonException or IOException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested;

    private static Reload Of(Reload asked, ReloadReceipt receipt) => asked with
    {
        Outcome = $"{receipt.Outcome}",
        Version = receipt.Version.Value,
        Previous = receipt.PreviousVersion.Value,
        Deferred = receipt.EndpointsDeferred,
        Rejected = receipt.RejectedCount,
        Added = receipt.RoutesAdded,
        Changed = receipt.RoutesChanged,
        Removed = receipt.RoutesRemoved,
        Reached = receipt.Convergence?.Reached ?? false,
        Detail = receipt.Problem?.Detail ?? (receipt.Convergence is { Reached: false } missing
            ? string.Join(", ", missing.Missing.Select(one => $"{one.Name} at {one.Version}: {one.Problem}"))
            : null),
    };

    private static Uri Api(Uri silo, string path) => new(silo, $"api/v1/registries/{Registry}/{path}");

    private sealed record AppAnswer(string? App);
}
