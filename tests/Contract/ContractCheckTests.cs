namespace SupplyApi.Tests.Contracts;

/// <summary>The check that sees every exchange bites.</summary>
public sealed class ContractCheckTests
{
    [Fact]
    public async Task A_true_answer_passes() => await ContractCheck.ExpectAsync(Health("""{"status":"ok"}"""), false);

    [Theory]
    [InlineData("""{"status":"ok","more":1}""", 200, "application/json", "more")]
    [InlineData("""{"status":1}""", 200, "application/json", "/status")]
    [InlineData("{}", 200, "application/json", "required")]
    [InlineData("""{"status":"ok"}""", 418, "application/json", "418")]
    [InlineData("""{"status":"ok"}""", 200, "text/plain", "text/plain")]
    [InlineData("""{"status":"ok"}""", 405, "application/json", "required")]
    [InlineData("ok", 200, "application/json", "not JSON")]
    [InlineData("""{"error":"x","code":"y","request_id":"request-1"}""", 500, "application/json", "bug")]
    public async Task Another_answer_is_a_violation(string body, int status, string type, string reason)
    {
        var violation = await Assert.ThrowsAsync<ContractViolationException>(
            () => ContractCheck.ExpectAsync(Health(body, status, type), false));
        Assert.Contains(reason, violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_the_callers_request_id_is_a_violation() =>
        await Assert.ThrowsAsync<ContractViolationException>(
            () => ContractCheck.ExpectAsync(Health("""{"status":"ok"}""") with { RequestId = "another-one" }, false));

    [Fact]
    public async Task Another_request_id_in_the_body_is_a_violation() =>
        await Assert.ThrowsAsync<ContractViolationException>(() => ContractCheck.ExpectAsync(
            Health("""{"error":"x","code":"y","request_id":"request-2"}""", 405), false));

    [Fact]
    public async Task A_path_that_the_contract_does_not_know_is_a_violation_unless_meant()
    {
        const string NotFound = """{"error":"x","code":"not_found","request_id":"request-1"}""";
        var missing = Health(NotFound, 404) with { PathAndQuery = "/no" };
        await Assert.ThrowsAsync<ContractViolationException>(() => ContractCheck.ExpectAsync(missing, false));
        await ContractCheck.ExpectAsync(missing, true);
    }

    private static Exchange Health(string body, int status = 200, string type = "application/json") => new()
    {
        Method = "GET",
        PathAndQuery = "/health",
        RequestId = "request-1",
        RequestBody = null,
        ChosenHeaders = [],
        Status = status,
        Reason = null,
        Headers = [("X-Request-Id", "request-1"), ("Content-Type", type)],
        Body = body,
        WasCut = false,
    };
}
