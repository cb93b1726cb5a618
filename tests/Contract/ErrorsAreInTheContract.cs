namespace SupplyApi.Tests.Contracts;

/// <summary>Each surface says no in its own dialect, also where no operation was reached.</summary>
public sealed class ErrorsAreInTheContract : ApiTest
{
    [Theory]
    [InlineData("supply", "/api/v1/supply/nothing")]
    [InlineData("alias", "/api/v1/supplier/nothing")]
    [InlineData("platform", "/api/nothing")]
    [InlineData("sign-in", "/auth/nothing")]
    [InlineData("gateway", "/v1/nothing")]
    [InlineData("gateway-anthropic", "/v1/messages/nothing")]
    [InlineData("gateway-gemini", "/v1beta/nothing")]
    [InlineData("consumers", "/api/v1/consumers/con_1/nothing")]
    [InlineData("products", "/api/v1/products/1/nothing")]
    [InlineData("open-api", "/api/v1/intents/intent_1/nothing")]
    [InlineData("elsewhere", "/nothing")]
    public async Task No_such_path(string surface, string path)
    {
        var answer = await (await AnyoneAsync(surface)).OutsideTheContract().Get(path);
        Assert.Equal(404, answer.Status);
        Transcript.Matches(surface);
    }

    [Theory]
    [InlineData("supply", "/api/v1/supply/billing")]
    [InlineData("consumers", "/api/v1/consumers")]
    [InlineData("platform", "/api/user/me")]
    [InlineData("sign-in", "/auth/password/login")]
    [InlineData("gateway", "/v1/models")]
    [InlineData("gateway-slash", "/v1/models/")]
    [InlineData("gateway-anthropic", "/v1/messages")]
    [InlineData("gateway-gemini", "/v1beta/models/some:generateContent")]
    [InlineData("open-api", "/api/v1/intents")]
    [InlineData("elsewhere", "/health")]
    public async Task No_such_method(string surface, string path)
    {
        var answer = await (await AnyoneAsync(surface)).OutsideTheContract().Delete(path);
        Assert.Equal(405, answer.Status);
        Transcript.Matches(surface);
    }

    [Theory]
    [InlineData("supply", "/api/v1/supply/accounts/verify")]
    [InlineData("consumers", "/api/v1/consumers")]
    [InlineData("platform", "/api/user/api-keys")]
    [InlineData("sign-in", "/auth/password/login")]
    [InlineData("gateway", "/v1/chat/completions")]
    [InlineData("gateway-anthropic", "/v1/messages")]
    [InlineData("gateway-gemini", "/v1beta/models/some:generateContent")]
    [InlineData("open-api", "/api/v1/intents")]
    public async Task Malformed_json(string surface, string path)
    {
        var anyone = await AnyoneAsync(surface);
        foreach (var body in (string[])["{ \"a\": ", "[]", "null", ""])
            Assert.Equal(400, (await anyone.Post(path, body)).Status);
        Transcript.Matches(surface);
    }

    [Theory]
    [InlineData("supply", "/api/v1/supply/accounts/verify")]
    [InlineData("consumers", "/api/v1/consumers")]
    [InlineData("platform", "/api/user/api-keys")]
    [InlineData("sign-in", "/auth/password/login")]
    [InlineData("gateway", "/v1/chat/completions")]
    [InlineData("gateway-anthropic", "/v1/messages")]
    [InlineData("gateway-gemini", "/v1beta/models/some:generateContent")]
    [InlineData("open-api", "/api/v1/intents")]
    public async Task Another_content_type(string surface, string path)
    {
        var answer = await (await AnyoneAsync(surface)).PostRaw(path, "a=b", "application/x-www-form-urlencoded");
        Assert.Equal(415, answer.Status);
        Transcript.Matches(surface);
    }

    [Theory]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("application/json; charset=", 415)]
    [InlineData("application/json; charset=nonsense", 415)]
    [InlineData("application/json; charset=\"UTF-8\"", 200)]
    public async Task Another_charset(string type, int status)
    {
        var user = await Actors.UserAsync();
        Assert.Equal(status, (await user.PostRaw("/api/user/api-keys", "{}", type)).Status);
    }

    [Theory]
    [InlineData("supply", "/api/v1/supply/accounts/verify")]
    [InlineData("consumers", "/api/v1/consumers")]
    [InlineData("platform", "/api/user/api-keys")]
    [InlineData("gateway", "/v1/chat/completions")]
    [InlineData("gateway-anthropic", "/v1/messages")]
    [InlineData("gateway-gemini", "/v1beta/models/some:generateContent")]
    [InlineData("open-api", "/api/v1/intents")]
    public async Task Too_large(string surface, string path)
    {
        // The refusal comes instead of the 100, so what is announced is never sent.
        var answer = await (await AnyoneAsync(surface))
            .With("Expect", "100-continue").With("Content-Length", "300000000").Post(path, "{}");
        Assert.Equal(413, answer.Status);
        Transcript.Matches(surface);
    }

    [Theory]
    [InlineData("supply", "/api/v1/supply/billing")]
    [InlineData("platform", "/api/user/me")]
    [InlineData("gateway", "/v1/models")]
    [InlineData("open-api", "/api/v1/intents")]
    public async Task Too_long_a_url(string surface, string path)
    {
        var query = new string('a', 8192 - path.Length);
        var anyone = (await AnyoneAsync(surface)).Quietly();
        Assert.Equal(414, (await anyone.Send(HttpMethod.Get, $"{path}?{query}", null)).Status);
        Assert.NotEqual(414, (await anyone.Send(HttpMethod.Get, $"{path}?{query[1..]}", null)).Status);
    }

    [Theory]
    [InlineData("supply", "/api/v1/supply/billing")]
    [InlineData("consumers", "/api/v1/consumers/con_1")]
    [InlineData("platform", "/api/user/me")]
    [InlineData("gateway", "/v1/models")]
    [InlineData("open-api", "/api/v1/intents")]
    public async Task As_problem_json(string surface, string path)
    {
        await Actors.Stranger().With("Accept", "application/problem+json").Get(path);
        Transcript.Matches(surface);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("has a space")]
    [InlineData("has-a-quote\"")]
    public async Task A_bad_request_id_is_replaced(string id)
    {
        var answer = await Actors.Stranger().With("X-Request-Id", id).Get("/health");
        Assert.Matches("^req_[0-9a-f]{32}$", answer.Header("X-Request-Id")!);
    }

    private async Task<Client> AnyoneAsync(string surface) => surface switch
    {
        "gateway" or "gateway-anthropic" or "gateway-gemini" => await Actors.ConsumerAsync(0),
        "open-api" => await Actors.SignerAsync(),
        "supply" or "alias" or "consumers" or "platform" => await Actors.SupplierAsync(),
        _ => Actors.Stranger(),
    };
}
