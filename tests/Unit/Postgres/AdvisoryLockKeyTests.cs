using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Locks;

namespace EndpointSync.Tests.Unit.Postgres;

/// <summary>The expected numbers come from Python's hashlib and int.from_bytes for the same names.</summary>
public sealed class AdvisoryLockKeyTests
{
    [Theory]
    [InlineData("spp_api_v2.fastapi_endpoint_sync", 3827055375235039567)]
    [InlineData("endpointsync.demo", 4260384324785141995)]
    [InlineData("é", 5375421630974772051)]
    [InlineData("x", 3274422879871479876)]
    [InlineData("openspp", -2264670813890109447)]
    public void A_lock_key_is_the_first_eight_bytes_of_the_hash_of_its_name(string name, long key) =>
        Assert.Equal(key, AdvisoryLockKey.Of(name));

    [Fact]
    public void The_default_is_the_lock_that_OpenSPP_takes() =>
        Assert.Equal(3827055375235039567, AdvisoryLockKey.Of(new RegistryOptions().LockName));
}
