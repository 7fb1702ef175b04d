using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Schedules;
using EndpointSync.Tests.Torture.Subjects;

namespace EndpointSync.Tests.Torture.Actors;

/// <summary>
/// Edits endpoints over HTTP and in SQL. Each edit says everything that a slot is, so what an earlier one left in doubt
/// does not matter.
/// </summary>
internal sealed class Editor(
    string name, ISubject subject, Database database, SlotBook book, Recorder recorder) : IActor
{
    /// <summary>Declares the endpoint of a slot.</summary>
    public Task DeclareAsync(int slot, CancellationToken cancellationToken) =>
        EditInSqlAsync(slot, "declare", book.ValueOf(slot), Declaration(slot), cancellationToken);

    public async Task DoAsync(Planned step, CancellationToken cancellationToken)
    {
        var slot = step.Target;
        var (isKnown, id) = await database.FindAsync(slot, cancellationToken);
        if (!isKnown)
        {
            return;
        }

        if (id is not { } endpoint)
        {
            book.Move(slot);
            await DeclareAsync(slot, cancellationToken);
            return;
        }

        var (by, what) = (step.What.Split(' ')[0], step.What.Split(' ')[1]);
        Change(slot, what);
        var value = what is "archive" or "unlink" ? Table.Absent : book.ValueOf(slot);
        if (by == "api" && await TryEditOverHttpAsync(slot, endpoint, what, value, cancellationToken))
        {
            return;
        }

        await EditInSqlAsync(slot, $"sql {what}", value, Statement(slot, endpoint, what), cancellationToken);
    }

    private void Change(int slot, string what)
    {
        switch (what)
        {
            case "path":
                book.Move(slot);
                break;
            case "app":
                book.ChangeApp(slot);
                break;
        }
    }

    private async Task<bool> TryEditOverHttpAsync(
        int slot, int endpoint, string what, string value, CancellationToken cancellationToken)
    {
        var start = recorder.Now;
        var body = new { rootPath = book.PathOf(slot), app = book.AppOf(slot), active = true };
        if (await subject.EditAsync(slot % Schedule.Silos, endpoint, what, body, cancellationToken) is not { } edited)
        {
            return false;
        }

        recorder.Add(new Edit(slot, $"api {what}", value, edited.Ending, edited.Trace)
        {
            Start = start,
            End = recorder.Now,
        });
        return true;
    }

    private async Task EditInSqlAsync(
        int slot, string by, string value, string sql, CancellationToken cancellationToken)
    {
        var start = recorder.Now;
        var ending = await database.RunAsync(
            name, $"{by} of slot {slot}", worker => worker.Session.ExecuteAsync(sql), cancellationToken);
        if (ending is { } known)
        {
            recorder.Add(new Edit(slot, by, value, known) { Start = start, End = recorder.Now });
        }
    }

    // Only a changed root path or activity clears Odoo's flag.
    private string Statement(int slot, int endpoint, string what) => what switch
    {
        "unlink" => $"delete from fastapi_endpoint where id = {endpoint}",
        "archive" => $"update fastapi_endpoint set active = false, registry_sync = false where id = {endpoint}",
        _ => $"""
              update fastapi_endpoint set root_path = '{book.PathOf(slot)}', app = '{book.AppOf(slot)}', active = true,
                registry_sync = registry_sync and active and root_path = '{book.PathOf(slot)}'
              where id = {endpoint}
              """,
    };

    private string Declaration(int slot) =>
        $"""
         insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
         select 's{slot}', '{book.PathOf(slot)}', '{book.AppOf(slot)}', true, false, false
         where not exists (select from fastapi_endpoint where name = 's{slot}')
         """;
}
