global using EndpointSync.Tests.Testing;
