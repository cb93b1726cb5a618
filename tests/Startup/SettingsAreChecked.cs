namespace SupplyApi.Tests.Startup;

/// <summary>A bad setting stops the start with one line that names it, and never later.</summary>
public sealed class SettingsAreChecked
{
    [Theory]
    [InlineData("ASPNETCORE_URLS", "nonsense")]
    [InlineData("ConnectionStrings__Supply", "Host=localhost;Nonsense=1")]
    [InlineData("ConnectionStrings__Supply", "Host=localhost;Maximum Pool Size=15")]
    [InlineData("Supply__MasterKey", "c2hvcnQ=")]
    [InlineData("Supply__MasterKey", "not base64")]
    [InlineData("Supply__MasterKey", "")]
    [InlineData("Supply__PublicUrl", "nonsense")]
    [InlineData("Supply__PlatformFeeRate", "1.5")]
    [InlineData("Supply__PlatformFeeRate", "-0.1")]
    [InlineData("Supply__PlatformFeeRate", "ten percent")]
    [InlineData("Supply__WithdrawalFeeRate", "0.6")]
    [InlineData("Supply__WithdrawalFeeRate", "1 %")]
    [InlineData("Supply__EarningsHold", "a week")]
    [InlineData("Supply__EarningsHold", "-00:00:01")]
    [InlineData("Supply__EarningsHold", "3651.00:00:00")]
    [InlineData("Supply__TrustedProxies", "localhost")]
    [InlineData("Supply__ClockOffset", "tomorrow")]
    [InlineData("Supply__KeepAliveAfter", "00:00:00")]
    [InlineData("Supply__AppTimeLimit", "soon")]
    [InlineData("Supply__Providers__openai__BaseUrl", "ftp://127.0.0.1")]
    [InlineData("Supply__Webhook__Url", "http://127.0.0.1/no-secret-with-it")]
    [InlineData("Supply__Webhook__Url", "ftp://127.0.0.1")]
    [InlineData("Supply__Webhook__Secret", "whsec_bm8gYWRkcmVzcyBnb2VzIHdpdGggdGhpcyBvbmU=")]
    [InlineData("Supply__Webhook__Secret", "whsec_dG9vIHNob3J0")]
    [InlineData("Supply__Webhook__Secret", "bm8gcHJlZml4IGJ1dCBsb25nIGVub3VnaCBmb3IgaXQ=")]
    [InlineData("Supply__Webhook__RetryAfter", "00:00:00")]
    [InlineData("Supply__Sms__WebhookUrl", "https://user:password@127.0.0.1/")]
    [InlineData("Supply__Sms__WebhookSecret", "whsec_not base64")]
    [InlineData("Supply__Sms__Log", "perhaps")]
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
        if (value.Length > 0 && IsSecret(setting))
            Assert.DoesNotContain(value, line, StringComparison.Ordinal);
    }

    private static bool IsSecret(string setting) =>
        setting.EndsWith("Key", StringComparison.Ordinal) || setting.EndsWith("Secret", StringComparison.Ordinal);
}
