using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync keys</c>: who may use the HTTP API.</summary>
internal static class KeysCommand
{
    private const string Keys = "api/v1/keys";

    public static Command Create() => new("keys", "Creates, lists and revokes the keys of the HTTP API.")
    {
        CreateKey(), List(), Revoke(),
    };

    private static Command CreateKey()
    {
        var role = new Option<AccessRole>("--role")
        {
            Description = "What it may do: viewer, worker, operator or admin.",
            Required = true,
        };
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
            var draft = new ApiKeyDraft
            {
                Role = parsed.GetValue(role),
                Name = parsed.GetValue(name),
                Registries = parsed.GetValue(registries) is { Length: > 0 } some ? some : null,
                ExpiresAt = parsed.GetValue(days) is { } count ? TimeProvider.System.GetUtcNow().AddDays(count) : null,
            };
            var answer = await session.AskAsync(HttpMethod.Post, Keys, draft);
            return session.Show<CreatedApiKey>(answer, (output, created) => output.WriteFields(
                ("key", created.Key), ("id", created.Details.Id), ("name", created.Details.Name),
                ("role", RoleOf(created.Details)), ("registries", RegistriesOf(created.Details)),
                ("expires", ExpiryOf(created.Details)), ("note", "The key is not shown again.")));
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Shows the keys, revoked ones included, without their secrets.");
        Session.SetAction(command, async (session, _) => session.Show<List<ApiKey>>(
            await session.AskAsync(HttpMethod.Get, Keys),
            (output, keys) => output.WriteTable(
                ["id", "name", "role", "registries", "expires", "last used", "from", "state"],
                keys.Select(key => new[]
                {
                    key.Id, key.Name, RoleOf(key), RegistriesOf(key), ExpiryOf(key),
                    key.LastUsedAt is { } used ? Columns.Text(used) : "never", key.LastUsedFrom ?? "", StateOf(key),
                }))));
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "The key's id." };
        var command = new Command("revoke", "Ends a key. Every silo refuses it within two seconds.") { id };
        Session.SetAction(command, async (session, parsed) => session.Show<ApiKey>(
            await session.AskAsync(
                HttpMethod.Delete, $"{Keys}/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}"),
            (output, key) => output.WriteLine(VisibleText.Of($"{key.Name} ({key.Id}): {StateOf(key)}"))));
        return command;
    }

    private static string RoleOf(ApiKey key) => $"{key.Role}".ToLowerInvariant();

    private static string RegistriesOf(ApiKey key) => key.Registries is { } some ? string.Join(", ", some) : "all";

    private static string ExpiryOf(ApiKey key) => key.ExpiresAt is { } at ? Columns.Text(at) : "never";

    private static string StateOf(ApiKey key) => key switch
    {
        { RevokedAt: { } at } => $"revoked {Columns.Text(at)} by {key.RevokedBy}",
        { ExpiresAt: { } at } when at <= TimeProvider.System.GetUtcNow() => "expired",
        _ => "valid",
    };
}
