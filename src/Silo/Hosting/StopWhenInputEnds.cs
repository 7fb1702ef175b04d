namespace EndpointSync.Silo.Hosting;

/// <summary>Stops the silo gracefully when its standard input ends, which is what happens when the program that started it is gone.</summary>
internal sealed class StopWhenInputEnds(IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var buffer = new byte[256];
        await using var input = Console.OpenStandardInput();
        // A read that has begun heeds no token, and the silo's own stop would wait for it.
        while (await input.ReadAsync(buffer, CancellationToken.None).AsTask().WaitAsync(stoppingToken) > 0)
        {
        }
        lifetime.StopApplication();
    }
}
