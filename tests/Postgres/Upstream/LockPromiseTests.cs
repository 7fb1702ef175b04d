using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Locks;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Upstream;

public sealed class LockPromiseTests
{
    [Fact]
    public void The_default_lock_name_gives_the_key_that_OpenSPP_uses() =>
        Assert.Equal(UpstreamWorker.LockKey, AdvisoryLockKey.Of(RegistryOptions.DefaultLockName));

    // Computed apart, by Python: int.from_bytes(sha256(name).digest()[:8], 'big', signed=True).
    [Theory]
    [InlineData("lock 0", 3249460019023022601L)]
    [InlineData("lock 1", -8135097385148583249L)]
    public void A_key_is_the_first_eight_bytes_of_the_names_hash_signed(string name, long key) =>
        Assert.Equal(key, AdvisoryLockKey.Of(name));
}
