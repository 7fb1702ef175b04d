using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Locks;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Upstream;

public sealed class LockPromiseTests
{
    [Fact]
    public void The_default_lock_name_gives_the_key_that_OpenSPP_uses() =>
        Assert.Equal(UpstreamWorker.LockKey, AdvisoryLockKey.Of(RegistryOptions.DefaultLockName));

    [Fact]
    public void Different_names_give_different_keys_of_both_signs()
    {
        var keys = Enumerable.Range(0, 1000).Select(number => AdvisoryLockKey.Of($"lock {number}")).ToList();

        Assert.Equal(1000, keys.Distinct().Count());
        Assert.Contains(keys, key => key < 0);
        Assert.Contains(keys, key => key > int.MaxValue);
    }
}
