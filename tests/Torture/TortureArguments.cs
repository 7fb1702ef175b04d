using System.Globalization;
using EndpointSync.Tests.Torture.Schedules;

namespace EndpointSync.Tests.Torture;

/// <summary>The command line.</summary>
internal sealed record TortureArguments
{
    public const string Usage =
        """
        ./torture [--minutes M] [--seed S] [--faults KIND,...] [--system endpointsync|upstream] [--replay FILE]
        ./torture --check FILE        check a history that was kept
        ./torture --mutants [NAME]    apply each mutant to a copy of the tree, and run until it is found
        """;

    public double Minutes { get; init; } = 2;

    public int Seed { get; init; } = 1;

    public IReadOnlyList<string> Faults { get; init; } = FaultKinds.All;

    public bool IsUpstream { get; init; }

    /// <summary>Ends the run at the first violation.</summary>
    public bool StopsWhenFound { get; init; }

    /// <summary>A history whose schedule is run again.</summary>
    public string? Replay { get; init; }

    /// <summary>A history that is checked without a run.</summary>
    public string? Check { get; init; }

    /// <summary>Whether mutants are run.</summary>
    public bool Mutants { get; init; }

    /// <summary>The only mutant that is run; null for all.</summary>
    public string? Mutant { get; init; }

    /// <exception cref="ArgumentException">An argument is unknown or has no valid value.</exception>
    public static TortureArguments Parse(IReadOnlyList<string> arguments)
    {
        var parsed = new TortureArguments();
        for (var index = 0; index < arguments.Count; index++)
        {
            string Next() => index + 1 < arguments.Count
                ? arguments[++index]
                : throw new ArgumentException($"{arguments[index]} needs a value.");
            parsed = arguments[index] switch
            {
                "--minutes" => parsed with { Minutes = MinutesOf(Next()) },
                "--seed" => parsed with { Seed = int.Parse(Next(), CultureInfo.InvariantCulture) },
                "--faults" => parsed with { Faults = Kinds(Next()) },
                "--system" => parsed with { IsUpstream = IsUpstreamNamed(Next()) },
                "--replay" => parsed with { Replay = Next() },
                "--check" => parsed with { Check = Next() },
                "--stop-when-found" => parsed with { StopsWhenFound = true },
                "--mutants" => parsed with
                {
                    Mutants = true,
                    Mutant = index + 1 < arguments.Count && arguments[index + 1][0] != '-' ? Next() : null,
                },
                var unknown => throw new ArgumentException($"There is no argument {unknown}."),
            };
        }

        return parsed;
    }

    private static double MinutesOf(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= 1440
            ? minutes
            : throw new ArgumentException($"--minutes is above 0 and at most 1440, and not {text}.");

    private static bool IsUpstreamNamed(string text) => text switch
    {
        "upstream" => true,
        "endpointsync" => false,
        _ => throw new ArgumentException($"--system is endpointsync or upstream, and not {text}."),
    };

    private static string[] Kinds(string text)
    {
        var kinds = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var unknown = kinds.Except(FaultKinds.Choices).Except(["none"]).ToList();
        return unknown.Count == 0
            ? kinds
            : throw new ArgumentException(
                $"There are no faults {string.Join(", ", unknown)}: choose from {string.Join(", ", FaultKinds.All)}, "
                + "single faults of these as a history names them, or none.");
    }
}
