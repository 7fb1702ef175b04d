namespace EndpointSync.Grains.Access;

/// <summary>Who a session of the console stands for.</summary>
internal abstract record SessionOwner;
