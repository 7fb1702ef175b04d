using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Actors;

/// <summary>A writer that takes no lock and spoils route rows of endpoints that nobody edits.</summary>
internal sealed class Spoiler(Database database) : IActor
{
    public Task DoAsync(Planned step, CancellationToken cancellationToken) => database.RunAsync(
        "spoiler", $"{step.What} of slot {step.Target}",
        worker => worker.Session.ExecuteAsync(Statement(step)), cancellationToken);

    private static string Statement(Planned step)
    {
        var rows = "where key = (select 'fastapi.endpoint:' || id || ':/|/<path:application_path>' from "
            + $"fastapi_endpoint where name = 's{step.Target}')";
        return step.What switch
        {
            "reroute" => $"update endpoint_route set route = '/wrong/|/wrong/<path:application_path>' {rows}",
            "delete" => $"delete from endpoint_route {rows}",
            "routing" => $"update endpoint_route set routing = 'no json' {rows}",
            "hash" => $"update endpoint_route set endpoint_hash = md5(random()::text) {rows}",
            _ => "insert into endpoint_route (key, route) select 'fastapi.endpoint:' || id || ':/odd', '/odd/|/odd/' "
                + $"from fastapi_endpoint where name = 's{step.Target}' on conflict do nothing",
        };
    }
}
