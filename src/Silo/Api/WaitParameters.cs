using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EndpointSync.Silo.Api;

/// <summary>What a reload waits for before it is answered, and how long.</summary>
/// <param name="WaitFor">Which subscribers must serve the version.</param>
/// <param name="ForLock">Whether the reload waits for a busy lock.</param>
/// <param name="Timeout">The longest time for all waits together.</param>
internal readonly record struct WaitParameters(WaitFor WaitFor, bool ForLock, TimeSpan Timeout)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(1);

    private static readonly (string Suffix, TimeSpan Unit)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
    ];

    /// <summary>How long to wait for a busy lock; zero for no wait.</summary>
    public TimeSpan LockTimeout => ForLock ? Timeout : TimeSpan.Zero;

    /// <summary>Reads <c>wait</c>, <c>lock</c> and <c>timeout</c> of a request.</summary>
    /// <param name="wait">Null, <c>nobody</c>, <c>silos</c> or <c>workers</c>.</param>
    /// <param name="busyLock">Null, <c>skip</c> or <c>wait</c>.</param>
    /// <param name="timeout">
    /// Null for 5 seconds; otherwise a number with a unit, such as <c>500ms</c> or <c>5s</c>, or a time span, such as
    /// <c>00:00:05</c>. At most a minute.
    /// </param>
    /// <param name="parameters">The parsed parameters.</param>
    /// <param name="errors">The invalid parameters, each with the reason; null if all are valid.</param>
    public static bool TryRead(
        string? wait, string? busyLock, string? timeout, out WaitParameters parameters,
        [NotNullWhen(false)] out Dictionary<string, string[]>? errors)
    {
        errors = [];
        var name = wait ?? nameof(WaitFor.Nobody);
        if (!Enum.TryParse<WaitFor>(name, ignoreCase: true, out var waitFor) || !name.All(char.IsAsciiLetter))
        {
            errors["wait"] = [$"'{wait}' is not nobody, silos or workers; nothing was reloaded"];
        }

        var forLock = string.Equals(busyLock, "wait", StringComparison.OrdinalIgnoreCase);
        if (!forLock && busyLock is not null && !string.Equals(busyLock, "skip", StringComparison.OrdinalIgnoreCase))
        {
            errors["lock"] = [$"'{busyLock}' is neither skip nor wait; nothing was reloaded"];
        }

        if (Read(timeout) is not { } span)
        {
            errors["timeout"] =
                [$"'{timeout}' is not a time between 0 and 1 minute, such as 500ms, 5s or 00:00:05; nothing was "
                    + "reloaded"];
            span = default;
        }

        parameters = new WaitParameters(waitFor, forLock, span);
        errors = errors.Count == 0 ? null : errors;
        return errors is null;
    }

    private static TimeSpan? Read(string? text)
    {
        if (text is null)
        {
            return DefaultTimeout;
        }

        var span = TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var exact)
            && text.Contains(':', StringComparison.Ordinal)
            ? exact
            : ReadWithUnit(text);
        return span >= TimeSpan.Zero && span <= LongestTimeout ? span : null;
    }

    private static TimeSpan? ReadWithUnit(string text)
    {
        foreach (var (suffix, unit) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(
                    text[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                    out var number)
                && number <= LongestTimeout / unit)
            {
                return unit * number;
            }
        }

        return null;
    }
}
