namespace SupplyApi.Tests.Gateway;

/// <summary>A provider cannot send a credential elsewhere: a redirect is a failure of its own.</summary>
public sealed class RedirectsAreNotFollowed : ApiTest
{
    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/messages")]
    [InlineData("/v1beta/models/{model}:generateContent")]
    public async Task With_a_credential(string path)
    {
        var way = Way.All.First(one => one.Path == path);
        var sale = await Sale.MakeAsync(Actors, provider: way.Provider);
        var answer = await way.CallAsync(sale.Consumer.Quietly(), sale.Model, "!redirect");
        Assert.Equal(502, answer.Status);
        Assert.Null(answer.Header("Location"));
        Assert.Contains("The provider failed (307).", answer.Body, StringComparison.Ordinal);

        var calls = await (await Suite.UpstreamAsync()).CallsAsync(sale.Credential);
        Assert.Single(calls, static one => one.IsCompletion);
        Assert.DoesNotContain(calls, static one => one.Path.Contains("elsewhere", StringComparison.Ordinal));
        Assert.Equal(Sale.Balance, await sale.Consumer.BalanceAsync());
    }
}
