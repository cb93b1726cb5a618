namespace SupplyApi.Tests.Startup;

/// <summary>
/// Hosts like to watch for changed settings, below the binary: in the image that is every directory there is, the
/// journal's with it, and each call would be told of.
/// </summary>
public sealed class NoDirectoryIsWatched : ApiTest
{
    [Fact]
    public void By_the_service()
    {
        Assert.Contains(Api.OpenFiles, static one => one.StartsWith("socket:", StringComparison.Ordinal));
        Assert.DoesNotContain(Api.OpenFiles, static one => one.Contains("inotify", StringComparison.Ordinal));
    }
}
