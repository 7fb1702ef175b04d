using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Texts;

/// <summary>Describes the pin of a registry.</summary>
internal static class PinText
{
    /// <summary>The version whose table is kept; nothing without a pin.</summary>
    public static Cell Short(Pin? pin) =>
        pin is null ? new Cell("") : new Cell($"version {Columns.Text(pin.ToVersion)}", Tone.Warning);

    /// <summary>One line; null without a pin.</summary>
    public static Cell Line(Pin? pin) => pin is null
        ? default
        : new Cell(
            $"to the table of version {Columns.Text(pin.ToVersion)} by {pin.By}, {Columns.Text(pin.At)}; "
            + $"{Columns.Count(pin.WaitingChanges, "change")} waiting"
            + (pin.Reason is { Length: > 0 } reason ? $"; {reason}" : ""),
            Tone.Warning);
}
