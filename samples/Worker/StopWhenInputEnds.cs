namespace EndpointSync.SampleWorker;

/// <summary>Stops the worker gracefully when its standard input ends, which is what happens when the program that started it is gone.</summary>
internal sealed class StopWhenInputEnds(IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own that nobody waits for: a read of the standard input cannot be cancelled and would hold up the stop.
        new Thread(StopAfterInput) { IsBackground = true, Name = nameof(StopWhenInputEnds) }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void StopAfterInput()
    {
        Span<byte> buffer = stackalloc byte[256];
        using var input = Console.OpenStandardInput();
        while (input.Read(buffer) > 0)
        {
        }

        lifetime.StopApplication();
    }
}

/// <summary>Adds it where the configuration asks for it.</summary>
internal static class StopWhenInputEndsRegistration
{
    private const string Key = "EndpointSync:StopWhenInputEnds";

    public static void AddStopWhenInputEnds(this WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetValue<bool>(Key))
        {
            builder.Services.AddHostedService<StopWhenInputEnds>();
        }
    }
}
