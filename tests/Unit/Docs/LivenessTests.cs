using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using EndpointSync.Client;
using EndpointSync.Grains.Configuration;
using EndpointSync.Tools.Postgres;
using EndpointSync.Wire;
using EndpointSync.Worker;

namespace EndpointSync.Tests.Unit.Docs;

/// <summary>docs/protocol.md states each bound with the constant of the code that makes it.</summary>
public sealed partial class LivenessTests
{
    private const BindingFlags Any =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    // Intervals of Postgres, in functions and statements.
    private static readonly IReadOnlyList<string> InSql = ["RepairBackoffs.sql", "endpoint_sync.is_recent"];

    private static readonly string Page = File.ReadAllText(
        Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory)!, "docs", "protocol.md"));

    private static readonly IReadOnlyList<Type> Types =
    [
        .. new[] { typeof(SyncOptions), typeof(ReloadOptions), typeof(FeedProtocol), typeof(WorkerOptions) }
            .SelectMany(type => type.Assembly.GetTypes()),
    ];

    public static TheoryData<string, string> Bounds() =>
        [.. Bound().Matches(Page).Select(row => (row.Groups["within"].Value, row.Groups["constant"].Value))];

    [Fact]
    public void The_page_states_bounds() => Assert.InRange(Bounds().Count, 16, 100);

    [Theory, MemberData(nameof(Bounds))]
    public void A_bound_on_the_page_is_the_constant_that_it_names(string within, string constant)
    {
        var names = Name().Matches(constant.Split(',')[0]).Select(name => name.Groups["name"].Value).ToList();
        if (InSql.Contains(names[0]))
        {
            return;
        }

        var named = names.Aggregate(TimeSpan.Zero, (sum, name) => sum + ValueOf(name));

        Assert.Equal(Read(within), constant.EndsWith("plus half", StringComparison.Ordinal) ? named * 1.5 : named);
    }

    // A setting is named as in the configuration, and its bound is the default.
    private static TimeSpan ValueOf(string name)
    {
        var parts = name.Replace("Sync:", "SyncOptions.", StringComparison.Ordinal).Split('.');
        var type = Types.Single(type => type.Name == parts[0]);
        var field = type.GetField(parts[1], Any);
        var property = type.GetProperty(parts[1], Any);
        var owner = (field?.IsStatic ?? property!.GetMethod!.IsStatic) ? null : Activator.CreateInstance(type);
        return (TimeSpan)(field?.GetValue(owner) ?? property!.GetValue(owner))!;
    }

    private static TimeSpan Read(string within)
    {
        var words = within.Split(',')[0].Split(' ');
        var number = double.Parse(words[0], CultureInfo.InvariantCulture);
        return words[1] == "min" ? TimeSpan.FromMinutes(number) : TimeSpan.FromSeconds(number);
    }

    [GeneratedRegex(
        @"^\| [^|]+ \| (?<within>(\d|a minute)[^|]*) \| (?<constant>`[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Bound();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Name();
}
