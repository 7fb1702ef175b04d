using EndpointSync.Core;
using EndpointSync.Grains.Sync;
using System.Reflection;
using System.Text.RegularExpressions;
using EndpointSync.Client;
using EndpointSync.Silo.Hosting;
using EndpointSync.Tls;
using EndpointSync.Tools.Postgres;
using EndpointSync.Worker;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Unit.Logging;

/// <summary>Log event ids are a contract: alarms and searches depend on them.</summary>
public sealed partial class LogEventTests
{
    private static readonly Assembly[] Assemblies =
    [
        typeof(RouteVersion).Assembly, typeof(ReloadReceipt).Assembly, typeof(SyncSession).Assembly,
        typeof(ReloadGate).Assembly, typeof(SiloSettings).Assembly, typeof(EndpointSyncClientOptions).Assembly,
        typeof(WorkerOptions).Assembly, typeof(ClusterTlsOptions).Assembly,
    ];

    private static readonly List<LoggerMessageAttribute> Events =
    [
        .. from assembly in Assemblies
           from type in assembly.GetTypes()
           from method in type.GetMethods(
               BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic
               | BindingFlags.DeclaredOnly)
           let logged = method.GetCustomAttribute<LoggerMessageAttribute>()
           where logged is not null
           select logged,
    ];

    [Fact]
    public void No_two_events_have_one_id()
    {
        Assert.NotEmpty(Events);
        Assert.Empty(
            Events.GroupBy(logged => logged.EventId).Where(sameId => sameId.Count() > 1).Select(sameId => sameId.Key));
    }

    [Fact]
    public void The_page_lists_every_event_with_its_level_and_message_and_no_other()
    {
        var listed = Row()
            .Matches(Page())
            .Select(row => $"{row.Groups["id"]} {row.Groups["level"]} {row.Groups["message"]}")
            .Order(StringComparer.Ordinal);

        Assert.Equal(
            Events.Select(logged => $"{logged.EventId} {logged.Level} {logged.Message}").Order(StringComparer.Ordinal),
            listed);
    }

    [Fact]
    public void Every_event_id_is_in_a_range_that_the_page_assigns_to_a_feature()
    {
        var ranges = Range()
            .Matches(Page())
            .Select(range => (First: Number(range.Groups["first"]), Last: Number(range.Groups["last"])))
            .ToList();

        Assert.All(
            Events,
            logged => Assert.Single(ranges, range => range.First <= logged.EventId && logged.EventId <= range.Last));
    }

    private static string Page() =>
        File.ReadAllText(
            Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory)!, "docs", "reference", "log-events.md"));

    private static int Number(Group group) =>
        int.Parse(group.ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\| (?<id>\d+) \| (?<level>\w+) \| `(?<message>[^`]+)` \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^## (?<first>\d+) to (?<last>\d+): ", RegexOptions.Multiline)]
    private static partial Regex Range();
}
