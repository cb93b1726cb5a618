namespace SupplyApi.Tests.Startup;

/// <summary>A bad setting stops the start with one line that names it, and never later.</summary>
public sealed class SettingsAreChecked
{
    [Theory]
    [InlineData("ASPNETCORE_URLS", "nonsense")]
    [InlineData("ConnectionStrings__Supply", "Host=localhost;Nonsense=1")]
    [InlineData("Supply__MasterKey", "c2hvcnQ=")]
    [InlineData("Supply__MasterKey", "not base64")]
    [InlineData("Supply__MasterKey", "")]
    [InlineData("Supply__PublicUrl", "nonsense")]
    [InlineData("Supply__PlatformFeeRate", "1.5")]
    [InlineData("Supply__PlatformFeeRate", "-0.1")]
    [InlineData("Supply__PlatformFeeRate", "ten percent")]
    [InlineData("Supply__TrustedProxies", "localhost")]
    [InlineData("Supply__ClockOffset", "tomorrow")]
    [InlineData("Supply__Providers__openai__BaseUrl", "ftp://127.0.0.1")]
    public async Task Refuses(string setting, string value)
    {
        var database = await TestDatabase.EmptyAsync();
        var settings = await SupplyApiProcess.SettingsAsync("bad", database.ConnectionString);
        settings[setting] = value;
        var finished = await SupplyApiProcess.RunAsync(settings, "serve");

        Assert.Equal(2, finished.ExitCode);
        Assert.Empty(finished.Output);
        var line = Assert.Single(finished.Errors);
        Assert.StartsWith($"supply: {setting}: ", line, StringComparison.Ordinal);
        if (setting == "Supply__MasterKey" && value.Length > 0)
            Assert.DoesNotContain(value, line, StringComparison.Ordinal);
    }
}
