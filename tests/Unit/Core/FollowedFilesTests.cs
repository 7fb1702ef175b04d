using EndpointSync.Certificates;
using EndpointSync.Tests.Testing;
using Microsoft.Extensions.Time.Testing;

namespace EndpointSync.Tests.Unit.Core;

public sealed class FollowedFilesTests : IDisposable
{
    private readonly PemPair _pair = new("first", TimeProvider.System.GetUtcNow().AddDays(30));
    private readonly List<string> _told = [];
    private readonly FollowedFiles<OwnCertificate> _files;

    public FollowedFilesTests() => _files = new FollowedFiles<OwnCertificate>(
        () => [PemFile.Read("Certificate", _pair.Certificate), PemFile.Read("Key", _pair.Key)],
        files => OwnCertificate.Of(files[0], files[1]));

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void Files_that_stay_as_they_are_are_not_told_of()
    {
        Look();
        Look();

        Assert.Empty(_told);
        Assert.Equal("CN=first", _files.Current.Certificate.Subject);
    }

    [Fact]
    public void A_pair_that_is_replaced_one_after_the_other_is_used_when_it_fits_and_is_no_complaint()
    {
        _pair.Replace("second", TimeProvider.System.GetUtcNow().AddDays(30));
        Look();
        Assert.Equal("CN=first", _files.Current.Certificate.Subject);

        _pair.ReplaceKey();
        Look();
        Look();

        Assert.Equal(["CN=second"], _told);
        Assert.Equal("CN=second", _files.Current.Certificate.Subject);
        Assert.Null(_files.Problem);
    }

    [Fact]
    public void A_pair_that_does_not_fit_is_told_of_once_and_leaves_the_one_from_before_in_use()
    {
        _pair.Replace("second", TimeProvider.System.GetUtcNow().AddDays(30));
        Look();
        Assert.Null(_files.Problem);
        Look();
        Look();

        var told = Assert.Single(_told);
        Assert.StartsWith(
            $"Key ('{_pair.Key}') is not the private key of the certificate in '{_pair.Certificate}'", told,
            StringComparison.Ordinal);
        Assert.Equal(told, _files.Problem);
        Assert.Equal("CN=first", _files.Current.Certificate.Subject);

        _pair.ReplaceKey();
        Look();
        Assert.Equal([told, "CN=second"], _told);
        Assert.Null(_files.Problem);
    }

    [Fact]
    public void A_certificate_is_reminded_of_once_a_day_in_its_last_two_weeks()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var reminder = new ExpiryReminder(clock);
        var end = clock.GetUtcNow().AddDays(16);
        var days = 0;

        for (var hour = 0; hour < 4 * 24; hour++)
        {
            days += reminder.IsDue(end) ? 1 : 0;
            clock.Advance(TimeSpan.FromHours(1));
        }

        // From the end of the second day on, in which two weeks are left.
        Assert.Equal(2, days);
        Assert.False(reminder.IsDue(end.AddDays(30)));
        reminder.Reset();
        Assert.True(reminder.IsDue(end));
    }

    private void Look() => _files.Look(next => _told.Add(next.Certificate.Subject), _told.Add);
}
