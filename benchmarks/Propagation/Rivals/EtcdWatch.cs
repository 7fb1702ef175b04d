using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>
/// A watch of all keys that begin alike and end with a number, from etcd's first revision on, over its HTTP gateway.
/// </summary>
internal sealed class EtcdWatch(Uri store, string prefix)
{
    private readonly Channel<(int Number, bool IsThere)> _seen = Channel.CreateUnbounded<(int Number, bool IsThere)>();

    /// <summary>Reports the keys that come and go, all available ones at once; completes when the watch ends.</summary>
    public async Task RunAsync(Action<IReadOnlyList<(int Number, bool IsThere)>> take) =>
        await Task.WhenAll(Task.Run(ReadAsync), Task.Run(() => HandOnAsync(take)));

    private async Task ReadAsync()
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var end = $"{prefix[..^1]}{(char)(prefix[^1] + 1)}";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(store, "v3/watch"))
        {
            Content = JsonContent.Create(
                new { create_request = new { key = Base64(prefix), range_end = Base64(end), start_revision = "1" } }),
        };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
        while (true)
        {
            var line = await lines.ReadLineAsync();
            if (line is null)
            {
                break;
            }

            using var message = JsonDocument.Parse(line);
            if (message.RootElement.GetProperty("result").TryGetProperty("events", out var events))
            {
                // Only a deletion has a type.
                foreach (var happened in events.EnumerateArray())
                {
                    var key = happened.GetProperty("kv").GetProperty("key").GetBytesFromBase64();
                    _seen.Writer.TryWrite((Number(key), !happened.TryGetProperty("type", out _)));
                }
            }
        }

        _seen.Writer.Complete();
    }

    private async Task HandOnAsync(Action<IReadOnlyList<(int Number, bool IsThere)>> take)
    {
        while (true)
        {
            var isMore = await _seen.Reader.WaitToReadAsync();
            if (!isMore)
            {
                return;
            }

            var together = new List<(int Number, bool IsThere)>();
            while (_seen.Reader.TryRead(out var change))
            {
                together.Add(change);
            }

            take(together);
        }
    }

    private int Number(byte[] key) =>
        int.Parse(Encoding.UTF8.GetString(key).AsSpan(prefix.Length), CultureInfo.InvariantCulture);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
