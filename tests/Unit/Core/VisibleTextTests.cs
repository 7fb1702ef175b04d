using EndpointSync.Core;

namespace EndpointSync.Tests.Unit.Core;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("plain é 日本 😀 \\ '\"", "plain é 日本 😀 \\ '\"")]
    [InlineData("\u001b[2J\u001b]0;title\u0007", "\\u001b[2J\\u001b]0;title\\u0007")]
    [InlineData("one\rtwo\nthree\t", "one\\u000dtwo\\u000athree\\u0009")]
    [InlineData("\u009b31m\u007f\0", "\\u009b31m\\u007f\\u0000")]
    [InlineData("\u202etxt.exe\u2066\u200b\ufeff", "\\u202etxt.exe\\u2066\\u200b\\ufeff")]
    [InlineData("\u2028\u2029", "\\u2028\\u2029")]
    [InlineData(null, "")]
    public void What_shows_nothing_of_its_own_is_shown_as_its_code(string? text, string visible) =>
        Assert.Equal(visible, VisibleText.Of(text));

    [Fact]
    public void A_long_text_ends_in_dots()
    {
        Assert.Equal("aaa...", VisibleText.Of(new string('a', 4), most: 3));
        Assert.Equal("aaa", VisibleText.Of("aaa", most: 3));
        Assert.Equal(2_003, new LogText(new string('a', 2_000_000)).ToString().Length);
    }

    // The direction marks turn the line that follows, so the holder and the writer of a lock are shown likewise.
    [Fact]
    public void A_writer_in_words_is_visible() =>
        Assert.Equal(
            "role 'r\\u202e', application 'a\\u001b[1m', backend 7, local socket",
            new ForeignWriter("r\u202e", "a\u001b[1m", 7, null).ToString());
}
