using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync keys</c>: who may use the HTTP API.</summary>
internal static class KeysCommand
{
    private static readonly Listing<ApiKey> Listing = new(
        key => key.Id,
        new("ID", key => key.Id),
        new("NAME", key => key.Name),
        new("ROLE", key => RoleOf(key)),
        new("REGISTRIES", key => RegistriesOf(key)),
        new("EXPIRES", key => ExpiryOf(key)),
        new("LAST USED", key => key.LastUsedAt is { } used ? Columns.Text(used) : "never"),
        new("FROM", key => key.LastUsedFrom ?? ""),
        new("STATE", key => StateOf(key)));

    public static Command Create() => new("keys", "Creates, lists and revokes the keys of the HTTP API.")
    {
        CreateKey(), List(), Revoke(),
    };

    private static Command CreateKey()
    {
        var role = new Option<string>("--role")
        {
            Description = "What it may do: viewer, worker, operator or admin.",
            Required = true,
            CustomParser = result => result.Tokens[0].Value.ToLowerInvariant(),
        };
        role.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "viewer", "worker", "operator", "admin");
        var name = new Option<string>("--name") { Description = "Who or what uses it.", Required = true };
        var registries = new Option<string[]>("--registry")
        {
            Description = "The registry that it is for; may be repeated. Default: all.",
            HelpName = "name",
        };
        var days = new Option<int?>("--days")
        {
            Description = "In how many days it expires. Default: never.",
            HelpName = "number",
        };
        var command = new Command("create", "Creates a key and shows it, this once.") { role, name, registries, days };
        Session.SetAction(command, async (session, parsed) =>
        {
            var draft = new ApiKeyDraft(
                parsed.GetValue(name), parsed.GetValue(role),
                parsed.GetValue(registries) is { Length: > 0 } some ? some : null,
                parsed.GetValue(days) is { } count ? TimeProvider.System.GetUtcNow().AddDays(count) : null);
            var answer = await session.AskAsync(Operations.CreateKey.At([]) with { Body = draft });
            return session.Show<CreatedApiKey>(answer, (report, created) => report.Fields(
                ("key", created.Key), ("id", created.Details.Id), ("name", created.Details.Name),
                ("role", RoleOf(created.Details)), ("registries", RegistriesOf(created.Details)),
                ("expires", ExpiryOf(created.Details)), ("note", "The key is not shown again.")));
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Shows the keys, revoked ones included, without their secrets.");
        Session.SetAction(
            command, (session, _) => session.ListAsync(new ListCommand<IReadOnlyList<ApiKey>, ApiKey>(
                (_, _) => Operations.Keys.At([]), keys => keys, Listing)),
            isList: true);
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "The key's id." };
        var command = new Command("revoke", "Ends a key. Every silo refuses it within two seconds.") { id };
        Session.SetAction(command, async (session, parsed) => session.Show<ApiKey>(
            await session.AskAsync(Operations.RevokeKey.At([parsed.GetRequiredValue(id)])),
            (report, key) => report.Line($"{key.Name} ({key.Id}): {StateOf(key).Text}")));
        return command;
    }

    private static string RoleOf(ApiKey key) => key.Role.ToLowerInvariant();

    private static string RegistriesOf(ApiKey key) => key.Registries is { } some ? string.Join(", ", some) : "all";

    private static string ExpiryOf(ApiKey key) => key.ExpiresAt is { } at ? Columns.Text(at) : "never";

    private static Cell StateOf(ApiKey key) => key switch
    {
        { RevokedAt: { } at } => new Cell($"revoked {Columns.Text(at)} by {key.RevokedBy}", Tone.Bad),
        { ExpiresAt: { } at } when at <= TimeProvider.System.GetUtcNow() => new Cell("expired", Tone.Bad),
        _ => new Cell("valid", Tone.Good),
    };
}
