using EndpointSync.Grains.Sync.Planning;

namespace EndpointSync.Tests.Unit.Sync;

/// <summary>The expected texts are what json.dumps of Python 3.11 prints for the same values.</summary>
public sealed class PythonJsonTests
{
    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("/api/v2/spp/", "\"/api/v2/spp/\"")]
    [InlineData("a\"b\\c/d", "\"a\\\"b\\\\c/d\"")]
    [InlineData("\n\r\t\b\f", "\"\\n\\r\\t\\b\\f\"")]
    [InlineData("\0\u0001\u001f\u007f\u0080", "\"\\u0000\\u0001\\u001f\\u007f\\u0080\"")]
    [InlineData("é ß ñ", "\"\\u00e9 \\u00df \\u00f1\"")]
    [InlineData("日本", "\"\\u65e5\\u672c\"")]
    [InlineData("😀", "\"\\ud83d\\ude00\"")]
    [InlineData("\u2028", "\"\\u2028\"")]
    [InlineData("<>&'+", "\"<>&'+\"")]
    [InlineData(" ~", "\" ~\"")]
    public void A_string_is_written_as_Python_writes_it(string value, string expected) =>
        Assert.Equal(expected, PythonJson.String(value));

    [Fact]
    public void A_list_has_a_comma_and_a_space_between_its_values()
    {
        Assert.Equal("[\"GET\", \"/\\u00e9/\"]", PythonJson.List(["GET", "/é/"]));
        Assert.Equal("[]", PythonJson.List([]));
    }
}
