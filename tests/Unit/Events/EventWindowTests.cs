using EndpointSync.Grains.Events;

namespace EndpointSync.Tests.Unit.Events;

public sealed class EventWindowTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0-00000000", 0)]
    [InlineData("42-9f03ab1c", 42)]
    public void A_cursor_is_read_as_it_is_written(string text, long number)
    {
        Assert.True(EventCursor.TryParse(text, out var cursor));
        Assert.Equal(number, cursor.Number);
        Assert.Equal(text is "0" ? "0-00000000" : text, $"{cursor}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("-7-00000000")]
    [InlineData("7-0000000")]
    [InlineData("7-0000000G")]
    [InlineData("7-00000000\n")]
    [InlineData("9999999999999999999-00000000")]
    public void What_is_no_cursor_is_not_taken_for_one(string? text) =>
        Assert.False(EventCursor.TryParse(text, out _));

    [Fact]
    public void A_window_answers_only_for_places_that_it_has()
    {
        var window = EventWindow.Of([.. Range(10, 20)]);

        Assert.Equal(Place(10), window.Start);
        Assert.Equal(Place(20), window.End);
        Assert.Equal([11, 12], Numbers(window.After(Place(10), 2)));
        Assert.Equal([20], Numbers(window.After(Place(19), 5)));
        Assert.Empty(window.After(Place(20), 5)!);
        Assert.Null(window.After(Place(9), 5));
        Assert.Null(window.After(Place(21), 5));
        Assert.Null(window.After(Place(15) with { Mark = "ffffffff" }, 5));
        Assert.Null(window.After(EventCursor.Start, 5));
    }

    [Fact]
    public void A_window_of_a_young_registry_begins_before_its_first_event()
    {
        Assert.Equal(EventCursor.Start, EventWindow.Of([]).End);
        Assert.Equal([1, 2], Numbers(EventWindow.Of([.. Range(1, 2)]).After(EventCursor.Start, 5)));
    }

    [Fact]
    public void A_window_forgets_what_is_too_much_and_stays_without_gaps()
    {
        var many = EventWindow.Of([.. Range(1, 900)]).With(Range(901, 1_500));
        var large = EventWindow.Of([.. Range(1, 100, size: 300_000)]);

        Assert.Equal((Place(500), Place(1_500)), (many.Start, many.End));
        Assert.Equal(1_000, many.After(many.Start, int.MaxValue)!.Count);
        Assert.InRange(large.After(large.Start, int.MaxValue)!.Sum(one => one.Block.Length), 1, 8_000_000);
        Assert.Equal(Place(100), large.End);
    }

    private static EventCursor Place(long number) => new(number, $"{number:x8}");

    private static IEnumerable<long> Numbers(IEnumerable<RegistryEvent>? events) =>
        events!.Select(one => one.Cursor!.Value.Number);

    private static IEnumerable<RegistryEvent> Range(int first, int last, int size = 1) =>
        Enumerable.Range(first, last - first + 1).Select(number => RegistryEvent.Stored(
            "openspp", Place(number), "version", DateTimeOffset.UnixEpoch, $$"""{"x":"{{new string('x', size)}}"}"""));
}
