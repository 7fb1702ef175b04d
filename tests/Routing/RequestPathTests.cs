using EndpointSync.Routing;
using EndpointSync.Tests.Routing.Differential;

namespace EndpointSync.Tests.Routing;

/// <summary>The path that is matched, decoded from the target of a request.</summary>
public sealed class RequestPathTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("/a/b?x=/c", "/a/b")]
    [InlineData("/a%2Fb", "/a/b")]
    [InlineData("/a%252Fb", "/a%2Fb")]
    [InlineData("/a%20b+c", "/a b+c")]
    [InlineData("/%E6%97%A5%e6%9c%ac", "/日本")]
    [InlineData("/%F0%9F%98%80", "/😀")]
    [InlineData("/%FF%C3", "/\uFFFD\uFFFD")]
    [InlineData("/%zz%4", "/%zz%4")]
    [InlineData("/a/../b/./c", "/a/../b/./c")]
    [InlineData("", "")]
    public void Escapes_are_bytes_of_UTF8_and_an_escaped_slash_is_a_slash(string target, string path) =>
        Assert.Equal(path, Decode(target));

    [Fact]
    public void A_buffer_that_is_too_short_is_refused() =>
        Assert.Throws<ArgumentException>(() => RequestPath.Decode("/%41", new char[3]));

    [Fact]
    public void Generated_targets_are_decoded_as_a_WSGI_server_and_Werkzeug_decode_them()
    {
        output.WriteLine(Seed.Words);
        using var oracle = Oracle.StartOrSkip();
        var random = new Random(Seed.Value);
        string[] targets = [.. Enumerable.Range(0, 5_000 * Seed.Factor).Select(_ => "/x" + Target(random))];
        var paths = oracle.Ask(new { targets })["paths"]!.AsArray();
        for (var index = 0; index < targets.Length; index++)
        {
            var (ours, theirs) = (Decode(targets[index]), (string)paths[index]!);
            Assert.True(ours == theirs, $"{Seed.Words}: {targets[index]}: Werkzeug has {theirs}, we {ours}");
        }
    }

    private static string Target(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(8) switch
    {
        0 => "a",
        1 => "/b",
        2 => "%2F",
        3 => "%",
        4 => $"%{random.Next(256):x2}",
        5 => string.Concat(
            "é日😀\u07ff"u8.ToArray().Skip(random.Next(3)).Take(random.Next(9)).Select(value => $"%{value:X2}")),
        6 => $"%{(random.Next(2) == 0 ? 0xE0 : 0xF4) + random.Next(2):X2}%{random.Next(0x80, 0xC0):X2}"
            + $"%{random.Next(0x70, 0xC0):X2}",
        _ => "+%41",
    }));

    private static string Decode(string target) => RequestPath.Decode(target, new char[target.Length]).ToString();
}
