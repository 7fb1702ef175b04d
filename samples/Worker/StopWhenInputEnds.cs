namespace EndpointSync.SampleWorker;

/// <summary>
/// Stops the worker gracefully when its standard input ends, which happens when its parent process ends.
/// </summary>
internal sealed class StopWhenInputEnds(IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A background thread, because a read of the standard input cannot be cancelled and would delay the stop.
        new Thread(StopAfterInput) { IsBackground = true, Name = nameof(StopWhenInputEnds) }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void StopAfterInput()
    {
        Span<byte> buffer = stackalloc byte[256];
        using var input = Console.OpenStandardInput();
        int count;
        do
        {
            count = input.Read(buffer);
        }
        while (count > 0);

        lifetime.StopApplication();
    }
}

/// <summary>Adds <see cref="StopWhenInputEnds"/> if the configuration enables it.</summary>
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
