using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EndpointSync.Silo.Api;

/// <summary>What a reload waits for before it is answered, how long, and what it allows.</summary>
/// <param name="WaitFor">Which subscribers must serve the version.</param>
/// <param name="ForLock">Whether the reload waits for a busy lock.</param>
/// <param name="Timeout">The longest time for all waits together.</param>
/// <param name="AllowMassRemoval">Whether most routes may be removed.</param>
/// <param name="Attach">Whether the first sync may change what Odoo serves.</param>
internal readonly record struct ReloadParameters(
    WaitFor WaitFor, bool ForLock, TimeSpan Timeout, bool AllowMassRemoval, bool Attach)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(1);

    private static readonly (string Suffix, TimeSpan Unit)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
    ];

    /// <summary>How long to wait for a busy lock; zero for no wait.</summary>
    public TimeSpan LockTimeout => ForLock ? Timeout : TimeSpan.Zero;

    /// <summary>
    /// Reads <c>wait</c>, <c>lock</c>, <c>timeout</c>, <c>allowMassRemoval</c> and <c>attach</c> of a request. A
    /// parameter that is given twice comes as both values with a comma between them, and is none of the accepted ones.
    /// </summary>
    /// <param name="wait">Null, <c>silos</c> or <c>workers</c>.</param>
    /// <param name="busyLock">Null, <c>skip</c> or <c>wait</c>.</param>
    /// <param name="timeout">
    /// Null for 5 seconds; otherwise a number with a unit, such as <c>500ms</c> or <c>5s</c>, or a time span, such as
    /// <c>00:00:05</c>. At most a minute.
    /// </param>
    /// <param name="allowMassRemoval">Null, <c>true</c> or <c>false</c>.</param>
    /// <param name="attach">Null, <c>true</c> or <c>false</c>.</param>
    /// <param name="parameters">The parsed parameters.</param>
    /// <param name="errors">The invalid parameters, each with the reason; null if all are valid.</param>
    public static bool TryRead(
        string? wait, string? busyLock, string? timeout, string? allowMassRemoval, string? attach,
        out ReloadParameters parameters, [NotNullWhen(false)] out Dictionary<string, string[]>? errors)
    {
        errors = [];
        var forWorkers = IsSecond(wait, "silos", "workers", nameof(wait), errors);
        var forSilos = !forWorkers && wait is not null;
        var forLock = IsSecond(busyLock, "skip", "wait", "lock", errors);
        var allows = IsSecond(allowMassRemoval, "false", "true", nameof(allowMassRemoval), errors);
        var attaches = IsSecond(attach, "false", "true", nameof(attach), errors);

        if (ReadTimeout(timeout) is not { } span)
        {
            errors["timeout"] =
                [$"'{timeout}' is not a time between 0 and 1 minute, such as 500ms, 5s or 00:00:05; nothing was "
                    + "reloaded"];
            span = default;
        }

        var waitFor = forWorkers ? WaitFor.Workers : forSilos ? WaitFor.Silos : WaitFor.Nobody;
        parameters = new ReloadParameters(waitFor, forLock, span, allows, attaches);
        errors = errors.Count == 0 ? null : errors;
        return errors is null;
    }

    // Whether the second of two words is given. What is neither of them is an error.
    private static bool IsSecond(
        string? value, string first, string second, string parameter, Dictionary<string, string[]> errors)
    {
        var isSecond = string.Equals(value, second, StringComparison.OrdinalIgnoreCase);
        if (!isSecond && value is not null && !string.Equals(value, first, StringComparison.OrdinalIgnoreCase))
        {
            errors[parameter] = [$"'{value}' is neither {first} nor {second}; nothing was reloaded"];
        }

        return isSecond;
    }

    /// <summary>A time from zero to a minute; null if the text is none.</summary>
    public static TimeSpan? ReadTimeout(string? text) =>
        text is null ? DefaultTimeout : ReadTime(text, LongestTimeout);

    /// <summary>A time from zero to a longest one; null if the text is none.</summary>
    public static TimeSpan? ReadTime(string text, TimeSpan longest)
    {
        var span = TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var exact)
            && text.Contains(':', StringComparison.Ordinal)
            ? exact
            : ReadWithUnit(text, longest);
        return span >= TimeSpan.Zero && span <= longest ? span : null;
    }

    private static TimeSpan? ReadWithUnit(string text, TimeSpan longest)
    {
        foreach (var (suffix, unit) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(
                    text[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                    out var number)
                && number <= longest / unit)
            {
                return unit * number;
            }
        }

        return null;
    }
}
