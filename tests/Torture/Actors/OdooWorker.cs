using EndpointSync.Tests.Testing.Upstream;
using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Schedules;

namespace EndpointSync.Tests.Torture.Actors;

/// <summary>A worker of Odoo, re-created, that edits and publishes the endpoints that are its own.</summary>
internal sealed class OdooWorker(string name, int number, Database database, SlotBook book, Recorder recorder) : IActor
{
    private readonly string[] _names =
        [.. Slots.ShareOf(Slots.OfOdoo, number, Schedule.OdooWorkers).Select(slot => $"'s{slot}'")];

    public async Task DoAsync(Planned step, CancellationToken cancellationToken)
    {
        var slot = step.Target;
        switch (step.What)
        {
            case "form":
                await SaveAsync(slot, TimeSpan.Zero, cancellationToken);
                break;
            case "open form":
                await SaveAsync(slot, TimeSpan.FromSeconds(step.Length), cancellationToken);
                break;
            case "upgrade":
                await SaveAsync(slot, TimeSpan.Zero, cancellationToken);
                await SaveAsync(slot, TimeSpan.FromSeconds(step.Length / 10), cancellationToken);
                break;
            case "button":
                await PressAsync(slot, cancellationToken);
                break;
            default:
                await database.RunAsync(name, "sync", SyncAsync, cancellationToken);
                break;
        }
    }

    private async Task SaveAsync(int slot, TimeSpan open, CancellationToken cancellationToken)
    {
        book.Move(slot);
        var start = recorder.Now;
        var ending = await database.RunAsync(
            name, $"form of slot {slot}",
            async worker =>
            {
                await worker.BeginAsync();
                await worker.Session.ExecuteAsync(
                    $"update fastapi_endpoint set root_path = '{book.PathOf(slot)}', registry_sync = false "
                    + $"where name = 's{slot}'");
                await Task.Delay(open, CancellationToken.None);
                await worker.CommitAsync();
            },
            cancellationToken);
        Record(slot, "form", ending, start);
    }

    private async Task PressAsync(int slot, CancellationToken cancellationToken)
    {
        var (_, id) = await database.FindAsync(slot, cancellationToken);
        if (id is { } endpoint)
        {
            await database.RunAsync(
                name, $"button of slot {slot}", worker => worker.PressSyncAsync(endpoint), cancellationToken);
        }
    }

    // As Odoo's routing map does before it is built, for the endpoints of this worker.
    private async Task SyncAsync(UpstreamWorker worker)
    {
        await worker.BeginAsync();
        var locked = await worker.TryLockAsync();
        var unsynced = locked
            ? await worker.Session.ListAsync(
                "select id from fastapi_endpoint where active and registry_sync is not true and name in "
                + $"({string.Join(", ", _names)}) order by id",
                row => row.GetInt32(0))
            : [];
        if (unsynced.Count > 0)
        {
            await worker.FlagAsync([.. unsynced]);
        }

        await worker.CommitAsync();
        if (unsynced.Count > 0)
        {
            await worker.RunHookAsync();
        }
    }

    // Whoever has the form also has the button, so what is saved may go live whenever its author pleases.
    private void Record(int slot, string by, Ending? ending, double start)
    {
        if (ending is { } known)
        {
            recorder.Add(new Edit(slot, by, book.ValueOf(slot), known, Publishes: true)
            {
                Start = start,
                End = recorder.Now,
            });
        }
    }
}
